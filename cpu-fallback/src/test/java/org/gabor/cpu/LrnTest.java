package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Lrn;
import org.gabor.graph.Normalization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Local response normalisation against its formula, and its gradient against the formula's derivative. */
class LrnTest {
    private static final int N = 2, H = 4, W = 3;

    private final Random random = new Random(19);

    static Stream<Arguments> windows() {
        return Emitters.all().flatMap(e -> IntStream.of(1, 2, 5, 6).boxed().flatMap(size -> IntStream.of(1, 3, 16, 40).boxed()
                .flatMap(c -> Stream.of(1, 16).map(lanes -> Arguments.of(e, size, c, lanes)))));
    }

    @ParameterizedTest
    @MethodSource("windows")
    void forwardAndBackward(Emitter emitter, int size, int c, int lanes) {
        var op = new Normalization.Lrn(size, 0.3, 0.75, 1.5);
        int pixel = c * lanes, row = (W + 2) * pixel, image = (H + 1) * row;
        Loop images = new Loop(N, 4L * image, 4L * image, 4L * image), rows = new Loop(H, 4L * row, 4L * row, 4L * row);
        try (var x = Buffer.normal(random, N * image); var dy = Buffer.normal(random, N * image);
                var y = new Buffer(4 * N * image); var dx = new Buffer(4 * N * image)) {
            Emitters.run(emitter, new Lrn(op, x.address(), 0, y.address(), images, rows, W, c, lanes),
                    new Lrn(op, x.address(), dy.address(), dx.address(), images, rows, W, c, lanes));
            float[] xs = x.floats(), dys = dy.floats(), ys = y.floats(), dxs = dx.floats();
            for (int at = 0; at < N * image; at++) {
                boolean outside = at % image / row >= H || at % row / pixel >= W;
                assertThat(Buffer.untouched(ys[at])).isEqualTo(outside);
                assertThat(Buffer.untouched(dxs[at])).isEqualTo(outside);
                if (outside) continue;
                int own = at % pixel / lanes;
                double sum = 0;
                for (int j = Math.max(0, own - (size - 1) / 2); j <= Math.min(c - 1, own + size / 2); j++) {
                    int other = at + (j - own) * lanes;
                    sum += dys[other] * Math.pow(denominator(op, xs, other, j, c, lanes), -op.beta() - 1) * xs[other];
                }
                double d = denominator(op, xs, at, own, c, lanes);
                assertThat((double) ys[at]).isCloseTo(xs[at] * Math.pow(d, -op.beta()), within(1e-6));
                double expected = dys[at] * Math.pow(d, -op.beta()) - 2 * op.alpha() * op.beta() / size * xs[at] * sum;
                assertThat((double) dxs[at]).isCloseTo(expected, within(2e-6));
            }
        }
    }

    /** k + alpha / size times the sum of squares from {@code size / 2} channels before to (size - 1) / 2 behind. */
    private static double denominator(Normalization.Lrn op, float[] x, int at, int own, int c, int lanes) {
        double sum = 0;
        for (int j = Math.max(0, own - op.size() / 2); j <= Math.min(c - 1, own + (op.size() - 1) / 2); j++) {
            double v = x[at + (j - own) * lanes];
            sum += v * v;
        }
        return op.k() + op.alpha() / op.size() * sum;
    }
}
