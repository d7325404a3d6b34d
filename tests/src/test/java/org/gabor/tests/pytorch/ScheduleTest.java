package org.gabor.tests.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gabor.optim.Schedule;
import org.gabor.optim.Schedule.Clock;
import org.gabor.optim.Schedules;
import org.gabor.tests.pytorch.Reference.Entry;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Learning rates over 20 steps are those of PyTorch. */
class ScheduleTest {
    private static final int STEPS = 20;

    @TestFactory
    Stream<DynamicTest> learningRatesStepByStep() {
        List<Entry> entries = Reference.section("schedules");
        assertThat(entries).hasSize(8);
        return entries.stream().map(e -> dynamicTest(e.name("schedule"), () -> {
            boolean plateau = e.string("schedule").equals("plateau");
            double[] expected = e.numbers(plateau ? "lr_after" : "lr");
            double[] got = plateau ? afterEveryMetric(e, expected.length) : atEveryStep(e);
            assertThat(got).usingComparatorWithPrecision(1e-9 * e.number("base_lr")).containsExactly(expected);
        }));
    }

    /** PyTorch's schedulers know no epochs: each of their steps is one of ours. */
    private static double[] atEveryStep(Entry e) {
        Schedule schedule = schedule(e);
        double rate = e.string("schedule").startsWith("onecycle") ? e.args().number("max_lr") : e.number("base_lr");
        return IntStream.range(0, STEPS).mapToDouble(k -> rate * schedule.factor(new Clock(k, STEPS, 1, List.of()))).toArray();
    }

    private static double[] afterEveryMetric(Entry e, int epochs) {
        Schedule schedule = schedule(e);
        List<Double> metrics = Arrays.stream(e.numbers("metric")).boxed().toList();
        return IntStream.rangeClosed(1, epochs).mapToDouble(over -> e.number("base_lr")
                * schedule.factor(new Clock(over, epochs, 1, metrics.subList(0, over)))).toArray();
    }

    private static Schedule schedule(Entry e) {
        Entry a = e.args();
        return switch (e.string("schedule")) {
            case "step" -> Schedules.step((int) a.number("step_size"), a.number("gamma"));
            case "multistep" -> Schedules.multiStep(
                    Arrays.stream(a.numbers("milestones")).mapToObj(m -> (int) m).toList(), a.number("gamma"));
            case "exponential" -> Schedules.exponential(a.number("gamma"));
            case "cosine" -> Schedules.cosine(a.number("eta_min") / e.number("base_lr"));
            // PyTorch's other settings are its defaults: div_factor 25, final_div_factor 10,000, pct_start 0.3
            case "onecycle" -> Schedules.oneCycle(a.number("pct_start"), 25, 1e4);
            case "onecycle_linear" -> Schedules.oneCycleLinear(0.3, 25, 1e4);
            case "warmup_linear" ->
                    Schedules.constant().warmup(a.number("total_iters"), a.number("start_factor"));
            case "plateau" -> Schedules.plateau(a.number("factor"), (int) a.number("patience"), a.number("threshold"));
            default -> throw new IllegalArgumentException("no schedule " + e.string("schedule"));
        };
    }
}
