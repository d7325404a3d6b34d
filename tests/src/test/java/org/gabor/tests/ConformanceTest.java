package org.gabor.tests;

import static org.junit.jupiter.api.Assumptions.abort;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Backends;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every backend on the class path computes every case as the oracle does; one that cannot run here is skipped with its reason. */
class ConformanceTest {
    private static final List<Backend> OPENED = new ArrayList<>();
    private static final List<Tally> TALLIES = new ArrayList<>();

    /** What a backend has passed. */
    private static final class Tally {
        private final Map<String, Integer> cases = new LinkedHashMap<>();
        private final String backend;
        private double worst;
        private String worstCase = "none";

        private Tally(String backend) {
            this.backend = backend;
        }

        private void passed(Case c, double ratio) {
            cases.merge(c.op(), 1, Integer::sum);
            if (ratio <= worst) return;
            worst = ratio;
            worstCase = c.name();
        }

        @Override
        public String toString() {
            int all = cases.values().stream().mapToInt(Integer::intValue).sum();
            String byOp = cases.entrySet().stream().map(e -> e.getKey() + " "
                    + e.getValue()).collect(Collectors.joining(", "));
            return "%s: %d cases pass (%s); largest error / bound %.3f in %s".formatted(backend, all, byOp, worst,
                    worstCase);
        }
    }

    @TestFactory
    Stream<DynamicNode> everyBackendComputesWhatTheOracleDoes() { return Backends.all().stream().map(ConformanceTest::suite); }

    private static DynamicNode suite(BackendProvider provider) {
        Optional<String> unavailable = provider.unavailable();
        if (unavailable.isPresent()) return DynamicTest.dynamicTest(provider.name(), () -> abort(provider.name() + " skipped: " + unavailable.get()));
        Backend backend = provider.open(BackendOptions.DEFAULT);
        OPENED.add(backend);
        var tally = new Tally(backend.name());
        TALLIES.add(tally);
        Map<String, List<Case>> byOp = Cases.all().stream().collect(Collectors.groupingBy(Case::op, LinkedHashMap::new,
                Collectors.toList()));
        return DynamicContainer.dynamicContainer(backend.name(), byOp.entrySet().stream().map(e -> DynamicContainer.dynamicContainer(e.getKey(),
                e.getValue().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> tally.passed(c, Conformance.check(backend, c)))))));
    }

    @AfterAll
    static void report() {
        TALLIES.forEach(t -> System.getLogger("org.gabor.tests").log(System.Logger.Level.INFO, t));
        OPENED.forEach(Backend::close);
    }
}
