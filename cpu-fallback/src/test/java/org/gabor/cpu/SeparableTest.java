package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Separable;
import org.gabor.cpu.kernel.Separable.Tap;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Products R x C^T with sparse matrices against the products written out. */
class SeparableTest {
    private static final int H = 7, W = 6, P = 5, Q = 9, GAP = 3;

    private final Random random = new Random(17);

    static Stream<Arguments> pixels() {
        return Emitters.all().flatMap(e -> IntStream.of(1, 5, 8, 16, 24, 33, 64, 96, 130).boxed()
                .flatMap(pixel -> Stream.of(1, 2, 17).map(n -> Arguments.of(e, n, pixel))));
    }

    @ParameterizedTest
    @MethodSource("pixels")
    void bothMatricesAreApplied(Emitter emitter, int n, int pixel) {
        List<List<Tap>> rows = matrix(P, H), columns = matrix(Q, W);
        int xRow = (W + GAP) * pixel, yRow = (Q + GAP) * pixel;
        for (Activation f : new @Nullable Activation[] {null, new Activation.Relu(), new Activation.Tanh()}) {
            try (var x = Buffer.normal(random, n * H * xRow); var y = new Buffer(4 * n * P * yRow)) {
                float[] expected = y.floats(), values = x.floats();
                Emitters.run(emitter, new Separable(rows, columns, new Loop(n, 4L * H * xRow, 4L * P * yRow), x.address(),
                        y.address(), W, pixel, new Loop(1, 4L * xRow, 4L * yRow), f));
                float[] found = y.floats();
                for (int i = 0; i < n; i++)
                    for (int p = 0; p < P; p++)
                        for (int q = 0; q < Q; q++)
                            for (int e = 0; e < pixel; e++) {
                                double sum = 0;
                                for (Tap down : rows.get(p))
                                    for (Tap across : columns.get(q)) sum += down.weight() * across.weight()
                                            * values[(i * H + down.at()) * xRow + across.at() * pixel + e];
                                if (f instanceof Activation.Relu) sum = Math.max(sum, 0);
                                if (f instanceof Activation.Tanh) sum = Math.tanh((float) sum);
                                int at = (i * P + p) * yRow + q * pixel + e;
                                assertThat((double) found[at]).isCloseTo(sum, within(1e-6 * Math.abs(sum) + 1e-12));
                                expected[at] = found[at];
                            }
                assertThat(found).as("what lies between the rows").isEqualTo(expected);
            }
        }
    }

    /** Rows of no, one and several taps. */
    private List<List<Tap>> matrix(int rows, int columns) {
        return IntStream.range(0, rows).mapToObj(i -> random.ints(0, columns).distinct().limit(i % 4)
                .mapToObj(at -> new Tap(at, random.nextGaussian())).toList()).toList();
    }
}
