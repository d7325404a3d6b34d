package org.gabor.tests;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Counts the tests of all classes by the backend that stands in their names, for one line at the end. */
public final class BackendCounts implements TestExecutionListener {
    private static final Pattern NAME = Pattern.compile("\\b(cpu/(?:avx512|avx2|java)|cuda/(?:software|gpu))\\b");

    private final Map<String, Map<String, Integer>> counts = new ConcurrentHashMap<>();
    private final Map<String, String> backends = new ConcurrentHashMap<>();

    @Override
    public void executionStarted(TestIdentifier test) { note(test); }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        note(test);
        count(test, "skipped");
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        count(test, switch (result.getStatus()) {
            case SUCCESSFUL -> "passed";
            case ABORTED -> "skipped";
            case FAILED -> "failed";
        });
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        if (counts.isEmpty()) return;
        String report = new TreeMap<>(counts).entrySet().stream().map(e -> e.getKey() + " " + e.getValue().entrySet().stream()
                .map(c -> c.getValue() + " " + c.getKey()).collect(Collectors.joining(", "))).collect(Collectors.joining("; "));
        System.getLogger("org.gabor.tests").log(System.Logger.Level.INFO, "tests by backend: " + report);
    }

    /** A test belongs to the backend in its own name, or to that of what contains it. */
    private void note(TestIdentifier test) {
        var name = NAME.matcher(test.getDisplayName());
        Optional<String> own = name.find() ? Optional.of(name.group(1))
                : test.getParentId().flatMap(p -> Optional.ofNullable(backends.get(p)));
        own.ifPresent(b -> backends.put(test.getUniqueId(), b));
    }

    private void count(TestIdentifier test, String outcome) {
        String backend = backends.get(test.getUniqueId());
        if (backend != null && test.isTest())
            counts.computeIfAbsent(backend, _ -> new ConcurrentHashMap<>()).merge(outcome, 1, Integer::sum);
    }
}
