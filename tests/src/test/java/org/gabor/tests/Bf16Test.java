package org.gabor.tests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.stream.Stream;
import org.gabor.graph.Convolution;
import org.gabor.graph.DType;
import org.gabor.graph.Product;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Precision;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.jspecify.annotations.Nullable;

/**
 * The cases that change when a backend computes in BF16, against the oracle of the graph with its casts. The bounds carry
 * every rounding along, and where a value may lie on either side of a kink, both slopes: an element outside of them is wrong.
 */
class Bf16Test {
    private static final BackendProvider PROVIDER =
            UnderTest.all().filter(p -> p.name().equals("cuda/software")).findFirst().orElseThrow();
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
        Backend opened = java.util.Objects.requireNonNull(backend);
        return cases().stream().map(c -> dynamicTest(c.name(), () -> Conformance.check(opened, c)));
    }

    private static List<Case> cases() {
        return Stream.of(ChainCases.all(), FusionCases.all(), NetworkCases.all(), ProductCases.all()).flatMap(List::stream)
                .filter(c -> !c.types().contains(DType.BF16) && c.customs().isEmpty())
                .filter(c -> c.build().graph().nodes().stream()
                        .anyMatch(n -> n.op() instanceof Convolution || n.op() instanceof Product)).toList();
    }
}
