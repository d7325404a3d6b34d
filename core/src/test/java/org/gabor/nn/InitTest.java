package org.gabor.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.gabor.graph.Shape;
import org.gabor.random.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitTest {
    /** Variances as the papers give them, for filters [64,32,3,3]: fan-in 288, fan-out 576. */
    @ParameterizedTest
    @CsvSource({"HE_NORMAL, 6.944e-3", "HE_UNIFORM, 6.944e-3", "GLOROT_NORMAL, 2.315e-3", "GLOROT_UNIFORM, 2.315e-3",
            "LECUN_NORMAL, 3.472e-3", "FAN_IN_UNIFORM, 1.157e-3"})
    void hasTheVarianceOfItsPaper(Init init, double variance) {
        float[] v = init.values(Shape.of(64, 32, 3, 3), new Stream(1, 2, 0, 0));
        double sum = 0, squares = 0;
        for (float x : v) {
            sum += x;
            squares += (double) x * x;
        }
        assertThat(sum / v.length).isCloseTo(0, within(5 * Math.sqrt(variance / v.length)));
        assertThat(squares / v.length).isCloseTo(variance, within(variance * 0.06));
    }

    @ParameterizedTest
    @CsvSource({"HE_NORMAL", "GLOROT_UNIFORM"})
    void isAPureFunctionOfItsStream(Init init) {
        Shape shape = Shape.of(7, 5);
        float[] v = init.values(shape, new Stream(1, 2, 0, 0));
        assertThat(init.values(shape, new Stream(1, 2, 0, 0))).isEqualTo(v);
        assertThat(init.values(shape, new Stream(2, 2, 0, 0))).isNotEqualTo(v);
        assertThat(init.values(shape, new Stream(1, 3, 0, 0))).isNotEqualTo(v);
    }
}
