package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.kernel.Coefficients;
import org.gabor.cpu.kernel.Factors;
import org.gabor.cpu.kernel.FiniteScan;
import org.gabor.cpu.kernel.Rim;
import org.gabor.cpu.kernel.Squares;
import org.gabor.graph.UpdateRule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The small kernels around the large ones, against their formulas. */
class PassesTest {
    private static final int STEP = 41;
    /** Relative: of a float, and of sums of doubles that are added in any order. */
    private static final double FLOAT = 0x1p-24, DOUBLE = 1e-13;

    private final Random random = new Random(7);

    static Stream<Emitter> emitters() { return Emitters.all(); }

    @ParameterizedTest
    @MethodSource("emitters")
    void theGuardIsSetByAnythingThatIsNotFinite(Emitter emitter) {
        for (int count : new int[] {1, 15, 64, 130, 65_536, 65_537, 200_001})
            for (int at : new int[] {-1, 0, count / 2, count - 1, count})
                for (float spike : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE}) {
                    try (var x = Buffer.normal(random, count + 1); var step = Buffer.of(STEP); var guard = Buffer.of(0, 5)) {
                        float[] values = x.floats();
                        // the loss lies behind the elements; -1 spoils nothing
                        if (at >= 0) values[at] = spike;
                        try (var spoilt = Buffer.of(values)) {
                            long loss = spoilt.address() + (long) count * Float.BYTES;
                            Emitters.run(emitter, new FiniteScan(guard.address(), step.address(), loss, spoilt.address(), count));
                        }
                        boolean finite = at < 0 || Float.isFinite(spike);
                        assertThat(guard.ints()).as("%s at %d of %d", spike, at, count)
                                .isEqualTo(finite ? new int[] {0, 5} : new int[] {1, STEP});
                    }
                }
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void aGuardThatIsSetStays(Emitter emitter) {
        try (var x = Buffer.of(Float.NaN); var step = Buffer.of(STEP); var guard = Buffer.of(1, 5)) {
            Emitters.run(emitter, new FiniteScan(guard.address(), step.address(), x.address(), x.address(), 1));
            assertThat(guard.ints()).containsExactly(1, 5);
        }
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void squaresAreSummedPartByPart(Emitter emitter) {
        for (int count : new int[] {1, 31, 32, 100, Squares.GRAIN, 2 * Squares.GRAIN + 77}) {
            try (var x = Buffer.normal(random, count); var sums = new Buffer(Squares.parts(count) * Double.BYTES)) {
                Emitters.run(emitter, new Squares(x.address(), count, sums.address()));
                var expected = new double[Squares.parts(count)];
                float[] values = x.floats();
                for (int i = 0; i < count; i++) expected[i / Squares.GRAIN] += (double) values[i] * values[i];
                for (int p = 0; p < expected.length; p++)
                    assertThat(sums.doubles()[p]).isCloseTo(expected[p], within(DOUBLE * expected[p]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void theFactorsOfBatchNormalisation(Emitter emitter) {
        double m = 12, eps = 1e-3;
        for (int c : new int[] {1, 3, 4, 8, 16, 21}) {
            try (var stats = Buffer.normal(random, 2 * c); var gamma = Buffer.normal(random, c);
                    var sums = Buffer.normal(random, 2 * c); var y = new Buffer(4 * c); var dx = new Buffer(12 * c)) {
                float[] variances = stats.floats(), g = gamma.floats(), s = sums.floats();
                for (int i = 0; i < c; i++) variances[c + i] *= variances[c + i];
                try (var squared = Buffer.of(variances)) {
                    Emitters.run(emitter, new Coefficients(c, squared.address(), gamma.address(), 0, m, eps, y.address()),
                            new Coefficients(c, squared.address(), gamma.address(), sums.address(), m, eps, dx.address()));
                }
                for (int i = 0; i < c; i++) {
                    double inverse = 1 / Math.sqrt(variances[c + i] + eps);
                    check(y.floats()[i], g[i] * inverse);
                    check(dx.floats()[i], g[i] * inverse);
                    check(dx.floats()[c + i], s[i] / m);
                    check(dx.floats()[2 * c + i], s[c + i] / m * inverse);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void aGradientIsClippedToItsNorm(Emitter emitter) {
        try (var squares = new Buffer(3 * Double.BYTES); var x = Buffer.normal(random, 2 * Squares.GRAIN + 1);
                var share = new Buffer(8)) {
            double norm = 0;
            for (float v : x.floats()) norm += (double) v * v;
            norm = Math.sqrt(norm);
            var sums = new Squares(x.address(), 2 * Squares.GRAIN + 1, squares.address());
            Emitters.run(emitter, sums, new Factors.Clip(squares.address(), 3, 2, share.address()),
                    new Factors.Clip(squares.address(), 3, 1e9, share.address() + Float.BYTES));
            check(share.floats()[0], 2 / (norm + 1e-6));
            assertThat(share.floats()[1]).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void theFactorsOfAStep(Emitter emitter) {
        var sgd = new UpdateRule.Sgd(0.9, 0.25, false);
        var adam = new UpdateRule.Adam(0.9, 0.999, 1e-8, false);
        for (int step : new int[] {0, 1, 6, 99_999}) {
            try (var at = Buffer.of(step); var rate = Buffer.of(0.125f); var ofSgd = new Buffer(8); var ofAdam = new Buffer(8)) {
                Emitters.run(emitter, new Factors.OfStep(sgd, at.address(), rate.address(), ofSgd.address()),
                        new Factors.OfStep(adam, at.address(), rate.address(), ofAdam.address()));
                check(ofSgd.floats()[0], step == 0 ? 0 : 0.9);
                check(ofSgd.floats()[1], step == 0 ? 1 : 0.75);
                check(ofAdam.floats()[0], 0.125 / (1 - Math.pow(0.9, step + 1)));
                check(ofAdam.floats()[1], 1 / Math.sqrt(1 - Math.pow(0.999, step + 1)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void aRimIsClearedAndNothingElse(Emitter emitter) {
        int planes = 3;
        for (int halo : new int[] {1, 2, 3})
            for (int pixel : new int[] {1, 2, 3, 5, 16, 48, 100})
                for (int size : new int[] {1, 2, 7}) {
                    int width = size + 2 * halo, plane = width * width * pixel;
                    try (var x = Buffer.normal(random, planes * plane)) {
                        float[] expected = x.floats();
                        for (int i = 0; i < expected.length; i++) {
                            int h = i % plane / (width * pixel) - halo, w = i / pixel % width - halo;
                            if (h < 0 || h >= size || w < 0 || w >= size) expected[i] = 0;
                        }
                        long row = 4L * width * pixel, side = 4L * halo * pixel;
                        Emitters.run(emitter, new Rim(x.address(), planes, 4L * plane, size, row, halo, side));
                        assertThat(x.floats()).as("halo %d, %d elements, size %d", halo, pixel, size).isEqualTo(expected);
                    }
                }
    }

    private static void check(float value, double expected) {
        assertThat((double) value).isCloseTo(expected, within(FLOAT * Math.abs(expected) * 1.001));
    }
}
