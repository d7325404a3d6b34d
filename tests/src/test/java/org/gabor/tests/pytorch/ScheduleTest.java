package org.gabor.tests.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gabor.optim.Schedule;
import org.gabor.optim.Schedules;
import org.gabor.tests.pytorch.Reference.Entry;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Learning rates over 20 steps are those of PyTorch. */
class ScheduleTest {
    private static final int STEPS = 20;

    /** What is no schedule of ours yet; the day it is, the list is wrong and says so. */
    private static final List<String> LATER =
            List.of("step", "multistep", "exponential", "onecycle_linear", "warmup_linear", "plateau");

    @TestFactory
    Stream<DynamicTest> learningRatesStepByStep() {
        return Reference.section("schedules").stream().map(e -> dynamicTest(e.name("schedule"), () -> {
            Optional<Scheduled> scheduled = of(e);
            if (scheduled.isEmpty()) abort(e.string("schedule") + " comes with part A2");
            double[] expected = e.numbers("lr");
            assertThat(expected).hasSize(STEPS);
            for (int k = 0; k < STEPS; k++)
                assertThat(scheduled.orElseThrow().at(k)).as("learning rate of step %d", k)
                        .isCloseTo(expected[k], within(1e-12));
        }));
    }

    @Test
    void whatIsNotRunIsExactlyWhatComesLater() {
        assertThat(Reference.section("schedules").stream().filter(e -> of(e).isEmpty()).map(e -> e.string("schedule")))
                .containsExactlyElementsOf(LATER);
    }

    /** Our schedule, and the optimizer's rate that it scales. */
    private record Scheduled(Schedule schedule, double rate) {
        double at(int step) { return rate * schedule.factor(step, STEPS, STEPS); }
    }

    private static Optional<Scheduled> of(Entry e) {
        Entry a = e.args();
        return switch (e.string("schedule")) {
            case "cosine" -> {
                double rate = e.number("base_lr");
                yield Optional.of(new Scheduled(Schedules.cosine(a.number("eta_min") / rate), rate));
            }
            // PyTorch's other settings are its defaults: div_factor 25, final_div_factor 10,000
            case "onecycle" -> Optional.of(new Scheduled(Schedules.oneCycle(a.number("pct_start"), 25, 1e4), a.number("max_lr")));
            default -> Optional.empty();
        };
    }
}
