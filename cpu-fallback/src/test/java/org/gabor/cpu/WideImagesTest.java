package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.gabor.compile.Compiler;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.gabor.spi.Backend;
import org.gabor.spi.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of pixels longer than the kernels handle at once. */
class WideImagesTest {
    private static final int H = 3;
    private static final int W = 1100;

    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void poolingsTakeThemPieceByPiece(int n) {
        var g = new Graph();
        Node x = g.input("x", TensorType.f32(n, 1, H, W));
        g.output("max", x.maxPool(Window.of(3, 1, 1)));
        g.output("mean", x.meanPool(Window.of(2, 2, 0)));
        float[] v = new float[n * H * W];
        var random = new Random(1);
        for (int i = 0; i < v.length; i++) v[i] = random.nextInt(100) - 50;
        try (Backend backend = new CpuBackend(2)) {
            Executable e = backend.compile(Compiler.plan(g, backend.rules()), Map.of());
            Named.get(e.inputs(), "x").set(v);
            e.run();
            float[] max = Named.get(e.outputs(), "max").floats(), mean = Named.get(e.outputs(), "mean").floats();
            for (int i = 0; i < v.length; i++) assertThat(max[i]).isEqualTo(largestAround(v, i / (H * W), i / W % H, i % W));
            for (int i = 0; i < mean.length; i++) {
                int at = i / (W / 2) * H * W + i % (W / 2) * 2;
                assertThat(mean[i]).isEqualTo((v[at] + v[at + 1] + v[at + W] + v[at + W + 1]) / 4);
            }
        }
    }

    private static float largestAround(float[] v, int n, int row, int column) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int h = Math.max(0, row - 1); h <= Math.min(H - 1, row + 1); h++)
            for (int w = Math.max(0, column - 1); w <= Math.min(W - 1, column + 1); w++)
                largest = Math.max(largest, v[(n * H + h) * W + w]);
        return largest;
    }
}
