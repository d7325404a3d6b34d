package org.gabor.tests.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.gabor.graph.Pointwise.Dropout;
import org.gabor.graph.Pooling.MaxPool;
import org.gabor.graph.ShapeException;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.junit.jupiter.api.Test;

/** Attributes at the edge of what they may be. */
class EdgesTest {
    @Test
    void aRateNextToOneDropsNextToAll() { assertThat(Dropout.threshold(Math.nextDown(1.0))).isEqualTo(0xFFFFFFFF); }

    @Test
    void aWindowThatMeetsNothingHasNoLargest() {
        var pool = new MaxPool(Window.of(2, 1, 1).dilation(2, 2));
        assertThatThrownBy(() -> pool.infer(List.of(TensorType.f32(1, 1, 1, 1)))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("meet nothing of an image of 1x1");
        assertThat(pool.infer(List.of(TensorType.f32(1, 1, 2, 2)))).isEqualTo(TensorType.f32(1, 1, 2, 2));
    }
}
