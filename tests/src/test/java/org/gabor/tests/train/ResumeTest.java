package org.gabor.tests.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gabor.tests.train.SmallTraining.BATCH;
import static org.gabor.tests.train.SmallTraining.EPOCHS;
import static org.gabor.tests.train.SmallTraining.HELD;
import static org.gabor.tests.train.SmallTraining.STEPS;
import static org.gabor.tests.train.SmallTraining.TRAIN;
import static org.gabor.tests.train.SmallTraining.after;
import static org.gabor.tests.train.SmallTraining.fit;
import static org.gabor.tests.train.SmallTraining.part;
import static org.gabor.tests.train.SmallTraining.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.gabor.UsageException;
import org.gabor.data.Augment;
import org.gabor.nn.Dense;
import org.gabor.nn.Init;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Structure.Sequential;
import org.gabor.optim.Optimizers;
import org.gabor.optim.Schedules;
import org.gabor.optim.Sgd;
import org.gabor.train.EpochMetrics;
import org.gabor.train.Monitor;
import org.gabor.train.RunFolder;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingRun;
import org.gabor.train.TrainingRun.Ending;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A training that is left at any step and goes on comes to the same bytes as one that is not: weights, running
 * statistics, optimizer state, moving average, figures. Images are augmented; the network has
 * dropout and batch norm.
 */
class ResumeTest {
    @TempDir
    Path dir = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"adam plateau", "nesterov onecycle", "rmsprop cosine"})
    void leftAtAnyStepItComesToTheSameBytes(String how) throws IOException {
        UnaryOperator<Trainer> rule = rule(how);
        Path whole = dir.resolve("whole");
        TrainingRun uncut = fit(rule.apply(trainer()), new RunFolder(made(whole)));
        for (int cut = 0; cut < STEPS * EPOCHS; cut += how.startsWith("adam") ? 1 : 3) {
            var folder = new RunFolder(made(dir.resolve("cut" + cut)));
            TrainingRun left = fit(rule.apply(trainer()).stopWhen(after(cut)), folder);
            assertThat(left.ending()).isEqualTo(Ending.INTERRUPTED);
            assertThat(left.last().info().get("step")).isEqualTo("" + cut);
            TrainingRun end = fit(rule.apply(trainer()).resume(folder.continuation()), folder);
            assertThat(end.ending()).isEqualTo(Ending.COMPLETE);
            assertSame(folder.path(), whole);
            assertThat(figures(end)).isEqualTo(figures(uncut));
            assertThat(end.evaluate(HELD)).isEqualTo(uncut.evaluate(HELD));
        }
    }

    @Test
    void leftAfterEveryStepItStillComesToTheSameBytes() throws IOException {
        UnaryOperator<Trainer> rule = rule("adam plateau");
        Path whole = dir.resolve("whole");
        fit(rule.apply(trainer()), new RunFolder(made(whole)));
        var folder = new RunFolder(made(dir.resolve("crawling")));
        Ending ending = fit(rule.apply(trainer()).stopWhen(after(0)), folder).ending();
        int parts = 1;
        for (; ending == Ending.INTERRUPTED; parts++)
            ending = fit(rule.apply(trainer()).stopWhen(after(1)).resume(folder.continuation()), folder).ending();
        assertThat(parts).isEqualTo(STEPS * EPOCHS + 1);
        assertSame(folder.path(), whole);
    }

    /** The patience counts epochs before the cut as well. Nothing is learned here; dropout makes the accuracy vary. */
    @Test
    void patienceIsNotForgotten() throws IOException {
        UnaryOperator<Trainer> still = t -> t.optimizer(Sgd.lr(0)).average(0).patience(2).monitor(Monitor.TRAIN_ACC1);
        TrainingRun uncut = fit(still.apply(trainer().epochs(40)), new RunFolder(made(dir.resolve("whole"))));
        assertThat(uncut.ending()).isEqualTo(Ending.NO_BETTER);
        for (int cut : List.of(2, STEPS, STEPS + 1, 2 * STEPS, uncut.history().size() * STEPS - 1)) {
            var folder = new RunFolder(made(dir.resolve("cut" + cut)));
            fit(still.apply(trainer().epochs(40)).stopWhen(after(cut)), folder);
            TrainingRun end = fit(still.apply(trainer().epochs(40)).resume(folder.continuation()), folder);
            assertThat(figures(end)).isEqualTo(figures(uncut));
            assertThat(end.ending()).isEqualTo(Ending.NO_BETTER);
        }
    }

    @Test
    void aCheckpointIsThereBeforeTheFirstStep() throws IOException {
        var folder = new RunFolder(made(dir.resolve("run")));
        fit(trainer().stopWhen(() -> Files.exists(folder.last())), folder);
        assertThat(folder.continuation().last().info().get("step")).isEqualTo("0");
        assertThat(folder.best()).as("something to evaluate").exists();
    }

    /** A process may be killed after metrics were written and before the checkpoint was; these lines come again. */
    @Test
    void metricsAfterTheCheckpointAreCutOff() throws IOException {
        var folder = new RunFolder(made(dir.resolve("run")));
        fit(trainer().stopWhen(after(2 * STEPS + 1)), folder);
        List<String> two = Files.readAllLines(folder.path().resolve("metrics.csv"));
        assertThat(two).hasSize(3);
        append(folder, "metrics.jsonl", "{\"epoch\": 3, \"step\": 15, \"seconds\": 99.0}\n{\"epoch\": 4, \"st");
        append(folder, "metrics.csv", "3,15,99.0,0,0\n4,2");
        Files.writeString(folder.path().resolve(".last.safetensors.1.tmp"), "half a checkpo");
        assertThat(folder.continuation().seconds()).isLessThan(99);

        fit(trainer().resume(folder.continuation()), folder);
        List<String> all = Files.readAllLines(folder.path().resolve("metrics.csv"));
        assertThat(all).hasSize(1 + EPOCHS).startsWith(two.toArray(String[]::new));
        assertThat(all.stream().skip(1).map(l -> l.split(",")[1])).containsExactly("5", "10", "15", "20");
        assertThat(Files.readAllLines(folder.path().resolve("metrics.jsonl"))).hasSize(EPOCHS);
        assertThat(folder.path()).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void anotherTrainingIsRefusedByTheNameOfWhatDiffers() throws IOException {
        var folder = new RunFolder(made(dir.resolve("run")));
        fit(trainer().stopWhen(after(3)), folder);
        var from = folder.continuation();
        assertThatThrownBy(() -> fit(trainer().seed(1).resume(from), folder)).isInstanceOf(UsageException.class)
                .hasMessageContaining("seed was 0 and is now 1");
        assertThatThrownBy(() -> fit(trainer().schedule(Schedules.constant()).resume(from), folder))
                .hasMessageContaining("schedule was \"cosine\" and is now \"constant\"");
        assertThatThrownBy(() -> fit(trainer().augment(Augment.NONE).resume(from), folder))
                .hasMessageContainingAll("augment was {\"flip\": 0.0, \"shift\": 0.125", "is now not set");
        assertThatThrownBy(() -> trainer().resume(from).fit(part(1, BATCH * STEPS), Optional.of(HELD)))
                .isInstanceOf(UsageException.class).hasMessageContaining("data_fingerprint was ");
        var other = new ModelSpec("small", 1, 28, 28, 10, new Sequential(new Dense(10, true, Init.HE_NORMAL)));
        assertThatThrownBy(() -> SmallTraining.of(other).resume(from).fit(TRAIN, Optional.of(HELD)))
                .isInstanceOf(UsageException.class).hasMessageContaining("network");
        assertThat(fit(trainer().epochs(EPOCHS + 1).resume(from), folder).history()).hasSize(EPOCHS + 1);
    }

    /** Time that runs out in an epoch leaves that epoch unfinished; going on finishes it. */
    @Test
    void timeThatRunsOutIsNoLoss() throws IOException {
        Path whole = made(dir.resolve("whole"));
        fit(trainer(), new RunFolder(whole));
        var folder = new RunFolder(made(dir.resolve("run")));
        TrainingRun none = fit(trainer().maxTime(Duration.ZERO), folder);
        assertThat(none.ending()).isEqualTo(Ending.OUT_OF_TIME);
        assertThat(none.history()).isEmpty();
        assertThat(none.evaluate(HELD).images()).isEqualTo(40);
        fit(trainer().resume(folder.continuation()), folder);
        assertSame(folder.path(), whole);
    }

    private static UnaryOperator<Trainer> rule(String how) {
        String[] names = how.split(" ");
        return t -> t.optimizer(Optimizers.byName(names[0], Map.of("lr", "0.01"))).average(0.7).clipNorm(2)
                .schedule(names[1].equals("plateau") ? Schedules.plateau(0.5, 0, 0.3)
                        : Schedules.byName(names[1], Map.of()));
    }

    private static List<List<Double>> figures(TrainingRun run) {
        return run.history().stream().map(ResumeTest::figures).toList();
    }

    private static List<Double> figures(EpochMetrics m) {
        return List.of((double) m.step(), m.lr(), m.trainLoss(), m.trainAcc1(), m.valLoss(), m.valAcc1(), m.valAcc5(),
                m.best() ? 1.0 : 0);
    }

    private static void assertSame(Path run, Path whole) {
        assertThat(run.resolve("last.safetensors")).hasSameBinaryContentAs(whole.resolve("last.safetensors"));
        assertThat(run.resolve("best.safetensors")).hasSameBinaryContentAs(whole.resolve("best.safetensors"));
    }

    private static void append(RunFolder folder, String file, String text) throws IOException {
        Files.writeString(folder.path().resolve(file), text, StandardOpenOption.APPEND);
    }

    private static Path made(Path folder) throws IOException { return Files.createDirectories(folder); }
}
