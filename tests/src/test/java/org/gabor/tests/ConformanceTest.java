package org.gabor.tests;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gabor.graph.Custom;
import org.gabor.graph.DType;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Precision;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every backend on the class path, and every kind of kernels, computes every case as the oracle does; one that cannot run
 * here is skipped with its reason.
 */
class ConformanceTest {
    private static final List<Backend> OPENED = new ArrayList<>();
    private static final List<Tally> TALLIES = new ArrayList<>();

    /**
     * What has become of the cases on a backend: for each operation how many passed, and the largest error as a share of its
     * bound; for each reason how many were skipped.
     */
    private static final class Tally {
        private final Map<String, List<Double>> ratios = new LinkedHashMap<>();
        private final Map<String, Integer> skipped = new TreeMap<>();
        private final String backend;

        private Tally(String backend) {
            this.backend = backend;
        }

        private void passed(Case c, double ratio) { ratios.computeIfAbsent(c.op(), _ -> new ArrayList<>()).add(ratio); }

        private void skip(String reason) {
            skipped.merge(reason, 1, Integer::sum);
            abort(backend + " skipped: " + reason);
        }

        private int passed() { return ratios.values().stream().mapToInt(List::size).sum(); }

        private int cases() { return passed() + skipped.values().stream().mapToInt(Integer::intValue).sum(); }

        private String byOperation() {
            String byOp = ratios.entrySet().stream().map(e -> "%s %d (%.2f)".formatted(e.getKey(), e.getValue().size(),
                    Collections.max(e.getValue()))).collect(Collectors.joining(", "));
            return "%s, cases by operation (and largest error / bound): %s".formatted(backend, byOp);
        }

        @Override
        public String toString() {
            String reasons = skipped.entrySet().stream().map(e -> e.getValue() + " as " + e.getKey())
                    .collect(Collectors.joining(", "));
            return "%s: %d cases, %d passed, %d skipped%s".formatted(backend, cases(), passed(), cases() - passed(),
                    reasons.isEmpty() ? "" : " (" + reasons + ")");
        }
    }

    @TestFactory
    Stream<DynamicNode> everyBackendComputesWhatTheOracleDoes() {
        return UnderTest.all().map(ConformanceTest::suite);
    }

    @Tag("gpu")
    @TestFactory
    DynamicNode aGpuComputesWhatTheOracleDoes() { return suite(UnderTest.gpu()); }

    private static DynamicNode suite(BackendProvider provider) {
        String name = provider.name();
        Optional<String> unavailable = provider.unavailable();
        if (unavailable.isPresent()) return dynamicTest(name, () -> abort(name + " skipped: " + unavailable.get()));
        Backend backend = provider.open(new BackendOptions(0, "", Precision.FP32, true));
        var tally = new Tally(name);
        OPENED.add(backend);
        TALLIES.add(tally);
        Map<String, List<Case>> byOp = Cases.all().stream()
                .collect(Collectors.groupingBy(Case::op, LinkedHashMap::new, Collectors.toList()));
        return dynamicContainer(name, byOp.entrySet().stream().map(e -> dynamicContainer(e.getKey(),
                e.getValue().stream()
                        .map(c -> dynamicTest(c.name(), () -> tally.passed(c, judge(backend, tally, c)))))));
    }

    private static double judge(Backend backend, Tally tally, Case test) {
        for (DType dtype : test.types()) if (!backend.rules().computesWith(dtype))
            tally.skip("it does not compute with values of " + dtype.label());
        for (Custom op : test.customs()) if (!backend.rules().runs(op))
            tally.skip("it has no kernel for " + op.label() + ", which a user wrote");
        return Conformance.check(backend, test);
    }

    /** Every backend that runs here was given as many cases as there are, whether it passed or skipped them. */
    @AfterAll
    static void report() {
        OPENED.forEach(Backend::close);
        System.Logger log = System.getLogger("org.gabor.tests");
        if (TALLIES.isEmpty()) return;
        TALLIES.forEach(t -> log.log(System.Logger.Level.INFO, t.byOperation()));
        log.log(System.Logger.Level.INFO, "conformance: "
                + TALLIES.stream().map(Tally::toString).collect(Collectors.joining("; ")));
    }
}
