package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gabor.io.Json;
import org.junit.jupiter.api.Test;

/** What bench shows, never how fast anything is. */
class BenchTest {
    private static final String SMALL = "bench --device cpu --threads 1 --batch 2 --steps 3";

    @Test
    void aShortRunShowsThroughputAndTheStepsOfThePlan() {
        Cli run = Cli.line(SMALL);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).contains("model     lenet5, batch of 2");
        assertThat(run.result("device ")).contains("1 thread");
        assertThat(run.result("first step ")).contains("after the process's start");
        assertThat(run.out()).containsPattern("\n +img/s +ms a step +fastest +90% within +steps +GFLOP/s")
                .containsPattern("\ntraining +[0-9,.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +3 ")
                .containsPattern("\ninference +[0-9,.]+ ")
                .containsSubsequence("\nSteps of the plan for training", "operation", "steps", "of memory", "step  layer")
                .containsPattern("\nConv2dGradW +2 +[0-9.]+ +[0-9]+% +[0-9.]+")
                .containsPattern("\n +[0-9]+ faster steps? +[0-9.]+")
                .containsSubsequence("\nSteps of the plan for inference", "operation", "steps", "of memory", "step  layer")
                .doesNotContain("warm-up");
    }

    @Test
    void jsonHoldsEveryStepWithWhatItsShapesCost() {
        Json all = Json.parse(Cli.line(SMALL + " --json").out());
        assertThat(member(all, "model")).isEqualTo(Json.of("lenet5").text());
        assertThat(member(all, "device", "details", "threads")).isEqualTo("\"1\"");
        assertThat(number(all, "first_step_s")).isPositive();
        // a training step makes each product three times, but no gradient of the pixels
        assertThat(number(all, "inference", "flops")).isEqualTo(2 * 2 * 416_520);
        assertThat(number(all, "training", "flops")).isEqualTo(2 * 2 * (3 * 416_520 - 117_600));
        for (String run : List.of("training", "inference")) {
            assertThat(number(all, run, "img_s")).isPositive();
            assertThat(number(all, run, "steps")).isEqualTo(3);
            assertThat(number(all, run, "step_ms", "fastest")).isPositive()
                    .isLessThanOrEqualTo(number(all, run, "step_ms", "median"));
            List<Json> plan = ((Json.Arr) at(all, run, "plan")).items();
            assertThat(plan.stream().mapToDouble(s -> number(s, "flops")).sum()).isEqualTo(number(all, run, "flops"));
            assertThat(plan).allSatisfy(s -> assertThat(number(s, "ms")).isNotNegative());
        }
    }

    @Test
    void twoHundredStepsShowWhatWarmingUpTook() {
        Json all = Json.parse(Cli.line("bench --device cpu --threads 1 --batch 1 --steps 200 --json").out());
        assertThat(Double.isFinite(number(all, "warm_up_s"))).isTrue();
    }

    @Test
    void trainingCanBeLeftOut() {
        Cli run = Cli.line(SMALL + " --inference --model resnet20-b");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("\ninference ").doesNotContain("training");
    }

    private static Json at(Json of, String... path) {
        Json value = of;
        for (String key : path) value = ((Json.Obj) value).get(key).orElseThrow(() -> new AssertionError("no " + key));
        return value;
    }

    private static String member(Json of, String... path) { return at(of, path).text(); }

    private static double number(Json of, String... path) { return ((Json.Num) at(of, path)).value().doubleValue(); }
}
