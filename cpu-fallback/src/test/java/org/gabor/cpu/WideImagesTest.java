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
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of pixels, and pixels, longer than the kernels handle at once. */
class WideImagesTest {
    private static final int H = 3;

    @ParameterizedTest
    @CsvSource({"1, 1, 1100", "16, 1, 1100", "1, 1100, 4", "16, 40, 6", "2, 130, 8"})
    void poolingsTakeThemPieceByPiece(int n, int c, int w) {
        var g = new Graph();
        Node x = g.input("x", TensorType.f32(n, c, H, w));
        g.output("max", x.maxPool(Window.of(3, 1, 1)));
        g.output("mean", x.meanPool(Window.of(2, 2, 0)));
        float[] v = new float[n * c * H * w];
        var random = new Random(1);
        for (int i = 0; i < v.length; i++) v[i] = random.nextInt(100) - 50;
        try (Backend backend = new CpuBackend(2)) {
            Executable e = backend.compile(Compiler.plan(g, backend.rules()), Map.of());
            Named.get(e.inputs(), "x").set(v);
            e.run();
            float[] max = Named.get(e.outputs(), "max").floats(), mean = Named.get(e.outputs(), "mean").floats();
            for (int i = 0; i < v.length; i++) assertThat(max[i]).isEqualTo(largestAround(v, w, i / (H * w), i / w % H, i % w));
            for (int i = 0; i < mean.length; i++) {
                int at = i / (w / 2) * H * w + i % (w / 2) * 2;
                assertThat(mean[i]).isEqualTo((v[at] + v[at + 1] + v[at + w] + v[at + w + 1]) / 4);
            }
        }
    }

    private static float largestAround(float[] v, int width, int plane, int row, int column) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int h = Math.max(0, row - 1); h <= Math.min(H - 1, row + 1); h++)
            for (int w = Math.max(0, column - 1); w <= Math.min(width - 1, column + 1); w++)
                largest = Math.max(largest, v[(plane * H + h) * width + w]);
        return largest;
    }
}
