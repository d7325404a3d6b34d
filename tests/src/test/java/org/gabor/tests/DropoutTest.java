package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gabor.compile.Compiler;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.nn.Regularization.Dropout;
import org.gabor.nn.Scope;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What dropout drops is a function of the layer's path, the seed, the step and the epoch, and of nothing else. */
class DropoutTest {
    private static final double RATE = 0.3;
    private static final int N = 16, C = 25, SIZE = N * C;

    /** What the choice depends on. */
    private record Key(int low, int high, int step, int epoch) {}

    private static final Key KEY = new Key(17, -4, 1000, 2);

    static Stream<BackendProvider> backends() { return UnderTest.all(); }

    @ParameterizedTest
    @MethodSource("backends")
    void twoDropoutsOfOneShapeDiffer(BackendProvider provider) {
        try (Backend backend = open(provider)) {
            Map<String, float[]> masks = run(backend, KEY);
            assertThat(masks.get("3/dropout")).isNotEqualTo(masks.get("5/dropout"));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anyOtherKeyDropsOthers(BackendProvider provider) {
        try (Backend backend = open(provider)) {
            float[] mask = mask(backend, "3/dropout", KEY);
            for (Key other : List.of(new Key(18, -4, 1000, 2), new Key(17, -3, 1000, 2), new Key(17, -4, 1001, 2),
                    new Key(17, -4, 1000, 3)))
                assertThat(mask(backend, "3/dropout", other)).as("%s", other).isNotEqualTo(mask);
        }
    }

    /** Another executable, as after a crash, that begins in the middle. */
    @ParameterizedTest
    @MethodSource("backends")
    void aResumedEpochDropsTheSame(BackendProvider provider) {
        Key[] steps = {new Key(17, -4, 998, 1), new Key(17, -4, 999, 1), KEY};
        float[] whole, resumed;
        try (Backend backend = open(provider)) {
            whole = mask(backend, "3/dropout", steps);
        }
        try (Backend backend = open(provider)) {
            resumed = mask(backend, "3/dropout", KEY);
        }
        assertThat(resumed).isEqualTo(whole);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theGradientPassesWhereTheValueDid(BackendProvider provider) {
        try (Backend backend = open(provider)) {
            Map<String, float[]> got = run(backend, KEY);
            assertThat(got.get("gradient")).isEqualTo(got.get("3/dropout"));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theShareThatIsDroppedIsTheRate(BackendProvider provider) {
        try (Backend backend = open(provider)) {
            int dropped = 0, runs = 50;
            for (int step = 0; step < runs; step++)
                for (float y : mask(backend, "5/dropout", new Key(1, 2, step, 1))) if (y == 0) dropped++;
            // four standard deviations of a mean of 20,000 coins
            double deviation = Math.sqrt(RATE * (1 - RATE) / (runs * SIZE));
            assertThat((double) dropped / (runs * SIZE)).isCloseTo(RATE, within(4 * deviation));
        }
    }

    private static Backend open(BackendProvider provider) {
        provider.unavailable().ifPresent(why -> assumeTrue(false, provider.name() + " skipped: " + why));
        return provider.open(BackendOptions.DEFAULT);
    }

    private static float[] mask(Backend backend, String layer, Key... steps) {
        return Objects.requireNonNull(run(backend, steps).get(layer));
    }

    /** Two dropouts of ones, and the gradient of the sum of the first, after the last of these steps. */
    private static Map<String, float[]> run(Backend backend, Key... steps) {
        var g = new Graph();
        var scope = new Scope(g, true);
        Node x = g.input("x", TensorType.f32(N, C));
        Node first = scope.apply("3", (s, in) -> s.apply("dropout", new Dropout(RATE), in), x);
        Node second = scope.apply("5", (s, in) -> s.apply("dropout", new Dropout(RATE), in), x);
        g.output("3/dropout", first).output("5/dropout", second);
        g.output("gradient", Autodiff.gradients(g.add(new Loss.Sum(1), first), List.of(x)).getFirst());
        try (Executable executable = backend.compile(Compiler.plan(g, backend.rules()), Map.of())) {
            double[] ones = new double[SIZE];
            Arrays.fill(ones, 1);
            for (Key key : steps) {
                feed(executable, "x", ones);
                feed(executable, "seed", key.low, key.high);
                feed(executable, "step", key.step);
                feed(executable, "epoch", key.epoch);
                executable.run();
            }
            return Map.of("3/dropout", output(executable, "3/dropout"), "5/dropout", output(executable, "5/dropout"),
                    "gradient", output(executable, "gradient"));
        }
    }

    private static void feed(Executable executable, String name, double... values) {
        Conformance.fill(Objects.requireNonNull(executable.inputs().get(name)), values);
    }

    private static float[] output(Executable executable, String name) {
        return Objects.requireNonNull(executable.outputs().get(name)).floats();
    }
}
