package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gabor.graph.Graph;
import org.gabor.graph.Layout;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.junit.jupiter.api.Test;

class CpuRulesTest {
    private final Graph g = new Graph();

    @Test
    void imagesLieSideBySideWhereEveryConvolutionIsNarrow() {
        Node x = conv(g.input("x", TensorType.f32(32, 1, 12, 12)), 6, 1);
        assertThat(layout(x)).isEqualTo(Layout.NHWC16N);
        assertThat(layout(conv(x, 32, 1))).isEqualTo(Layout.NHWC16N);
        conv(x, 33, 1);
        assertThat(layout(x)).as("with a wide convolution in the graph").isEqualTo(Layout.NHWC);
    }

    @Test
    void depthwiseConvolutionsAreAsWideAsTheirChannels() {
        assertThat(layout(conv(g.input("x", TensorType.f32(16, 32, 6, 6)), 32, 32))).isEqualTo(Layout.NHWC16N);
        assertThat(layout(conv(g.input("y", TensorType.f32(16, 48, 6, 6)), 48, 48))).isEqualTo(Layout.NHWC);
    }

    @Test
    void sixteenChannelsOnBothSidesAreWide() {
        assertThat(layout(conv(g.input("x", TensorType.f32(16, 16, 6, 6)), 16, 1))).isEqualTo(Layout.NHWC);
    }

    @Test
    void otherBatchesAndOtherValuesDoNot() {
        assertThat(layout(conv(g.input("x", TensorType.f32(17, 1, 6, 6)), 6, 1))).isEqualTo(Layout.NHWC);
        assertThat(layout(g.input("y", TensorType.f32(16, 3, 5, 5)).relu())).isEqualTo(Layout.NHWC16N);
        assertThat(layout(g.input("z", TensorType.f32(16, 30)).relu())).isEqualTo(Layout.LOGICAL);
    }

    private Node conv(Node x, int filters, int groups) {
        Node w = g.parameter("w" + g.nodes().size(), TensorType.f32(filters, x.shape().c() / groups, 3, 3));
        return x.conv2d(w, Window.of(3, 1, 1), groups);
    }

    private static Layout layout(Node node) {
        return new CpuRules().signature(node, List.of(Layout.LOGICAL)).result();
    }
}
