package org.gabor.tests;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gabor.graph.Custom;
import org.gabor.graph.DType;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Every backend on the class path, and every kind of kernels, computes every case as the oracle does; one that cannot run
 * here is skipped with its reason.
 */
class ConformanceTest {
    private static final List<Backend> OPENED = new ArrayList<>();
    private static final List<Tally> TALLIES = new ArrayList<>();

    /** What a backend has passed: for each operation how many cases, and the largest error as a share of its bound. */
    private static final class Tally {
        private final Map<String, List<Double>> ratios = new LinkedHashMap<>();
        private final String backend;

        private Tally(String backend) {
            this.backend = backend;
        }

        private void passed(Case c, double ratio) { ratios.computeIfAbsent(c.op(), _ -> new ArrayList<>()).add(ratio); }

        @Override
        public String toString() {
            int all = ratios.values().stream().mapToInt(List::size).sum();
            String byOp = ratios.entrySet().stream().map(e -> "%s %d (%.2f)".formatted(e.getKey(), e.getValue().size(),
                    Collections.max(e.getValue()))).collect(Collectors.joining(", "));
            return "%s: %d cases pass, by operation (and largest error / bound): %s".formatted(backend, all, byOp);
        }
    }

    @TestFactory
    Stream<DynamicNode> everyBackendComputesWhatTheOracleDoes() {
        return UnderTest.all().map(ConformanceTest::suite);
    }

    private static DynamicNode suite(BackendProvider provider) {
        String name = provider.name();
        Optional<String> unavailable = provider.unavailable();
        if (unavailable.isPresent()) return dynamicTest(name, () -> abort(name + " skipped: " + unavailable.get()));
        Backend backend = provider.open(BackendOptions.DEFAULT);
        var tally = new Tally(name);
        OPENED.add(backend);
        TALLIES.add(tally);
        Map<String, List<Case>> byOp = Cases.all().stream()
                .collect(Collectors.groupingBy(Case::op, LinkedHashMap::new, Collectors.toList()));
        return dynamicContainer(name, byOp.entrySet().stream().map(e -> dynamicContainer(e.getKey(),
                e.getValue().stream()
                        .map(c -> dynamicTest(c.name(), () -> tally.passed(c, judge(backend, name, c)))))));
    }

    private static double judge(Backend backend, String name, Case test) {
        for (DType dtype : test.types()) assumeTrue(backend.rules().computesWith(dtype),
                () -> name + " skipped: it does not compute with values of " + dtype.label());
        for (Custom op : test.customs()) assumeTrue(backend.rules().runs(op),
                () -> name + " skipped: it has no kernel for " + op.label() + ", which a user wrote");
        return Conformance.check(backend, test);
    }

    @AfterAll
    static void report() {
        TALLIES.forEach(t -> System.getLogger("org.gabor.tests").log(System.Logger.Level.INFO, t));
        OPENED.forEach(Backend::close);
    }
}
