package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gabor.compile.Compiler;
import org.gabor.graph.Activation;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Convolution;
import org.gabor.graph.DType;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Product;
import org.gabor.graph.Window;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Precision;
import org.gabor.tests.oracle.Oracle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cases that change when a backend computes in BF16, against the oracle of the graph with its casts. The bounds carry
 * every rounding along, and where a value may lie on either side of a kink, both slopes: an element outside of them is wrong.
 */
class Bf16Test {
    private static final BackendProvider PROVIDER =
            UnderTest.all().filter(p -> p.name().equals("cuda/software")).findFirst().orElseThrow();
    /** Several roundings of a number of the size of a kink. */
    private static final double MARGIN = 0x1p-5;
    private static @Nullable Backend backend;

    @BeforeAll
    static void open() {
        PROVIDER.unavailable().ifPresent(why -> assumeTrue(false, PROVIDER.name() + " skipped: " + why));
        backend = PROVIDER.open(new BackendOptions(0, "", Precision.BF16, true));
    }

    @AfterAll
    static void close() { if (backend != null) backend.close(); }

    @TestFactory
    Stream<DynamicTest> whatConvolutionsAndProductsLeadToIsWithinTheBoundsOfBf16() {
        Backend opened = Objects.requireNonNull(backend);
        return cases().stream().map(c -> dynamicTest(c.name(), () -> Conformance.check(opened, c)));
    }

    private static List<Case> cases() {
        return Stream.of(ChainCases.all(), FusionCases.all(), NetworkCases.all(), ProductCases.all()).flatMap(List::stream)
                .filter(c -> !c.types().contains(DType.BF16) && c.customs().isEmpty())
                .filter(c -> c.build().graph().nodes().stream()
                        .anyMatch(n -> n.op() instanceof Convolution || n.op() instanceof Product))
                .toList();
    }

    /** Activations with kinks, and where those are. */
    static Stream<Arguments> kinked() {
        return Stream.of(Arguments.of(new Activation.Relu(), new double[] {0}),
                Arguments.of(new Activation.HardSigmoid(), new double[] {-3, 3}),
                Arguments.of(new Activation.HardSwish(), new double[] {-3, 3}));
    }

    /**
     * Where no value comes near a kink, no gradient is off by more than the roundings can explain. With values near one,
     * elements of the cases above are off by up to 8 % of the largest: they have the slope of the other side.
     */
    @ParameterizedTest
    @MethodSource("kinked")
    void awayFromKinksGradientsAreOffByRoundingsAlone(Activation f, double... kinks) {
        Backend opened = Objects.requireNonNull(backend);
        int seed = 0;
        while (nearest(opened, f, seed, kinks) < MARGIN) seed++;
        Case far = gradients(f, seed);
        Map<String, double[]> got = Conformance.run(opened, far);
        Oracle oracle = evaluated(opened, far);
        for (String name : List.of("dx", "dw", "db")) {
            double[] expected = oracle.output(name), values = Objects.requireNonNull(got.get(name));
            double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
            for (int i = 0; i < expected.length; i++)
                assertThat(values[i]).as("%s[%d], seed %d", name, i, seed).isCloseTo(expected[i], within(0x1p-6 * largest));
        }
    }

    /** How near a value before the activation comes to one of the kinks. */
    private static double nearest(Backend opened, Activation f, int seed, double... kinks) {
        Case values = convolution(f, seed, (g, in) -> g.output("z", before(in)));
        return Arrays.stream(evaluated(opened, values).output("z"))
                .map(z -> Arrays.stream(kinks).map(k -> Math.abs(z - k)).min().orElseThrow()).min().orElseThrow();
    }

    private static Case gradients(Activation f, int seed) {
        return convolution(f, seed, (g, in) -> {
            Node loss = g.add(new Loss.Sum(1), before(in).activate(f).times(in.get(3)));
            List<Node> d = Autodiff.gradients(loss, in.subList(0, 3));
            g.output("dx", d.get(0)).output("dw", d.get(1)).output("db", d.get(2));
        });
    }

    /** Cases of one name have the same values. */
    private static Case convolution(Activation f, int seed, Case.Body body) {
        Values numbers = Filling.REALS.numbers();
        return Case.chain(f.label() + " away from its kinks, " + seed, Filling.REALS, List.of(Args.in("x", numbers, 1, 3, 6, 6),
                Args.kept("w", numbers, 6, 3, 3, 3), Args.kept("b", numbers, 6), Args.in("z", numbers, 1, 6, 6, 6)), body);
    }

    private static Node before(List<Node> in) { return in.get(0).conv2d(in.get(1), Window.of(3, 1, 1)).addBias(in.get(2)); }

    private static Oracle evaluated(Backend opened, Case c) {
        Case.Built built = c.build();
        var oracle = Oracle.of(Compiler.cast(built.graph(), opened.rules()));
        built.data().forEach(oracle::feed);
        return oracle.run();
    }
}
