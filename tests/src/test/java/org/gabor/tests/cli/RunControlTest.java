package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gabor.io.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a training lasts, what it looks at, where its settings are from, and how it goes on. */
class RunControlTest {
    @TempDir
    static Path dir = Path.of("");
    private static String images = "";

    @BeforeAll
    static void exportAFewImages() {
        images = dir.resolve("few").toString();
        Cli.run("data", "export", "digits", "--out", images, "--count", "60");
    }

    @Test
    void aSettingIsTakenFromTheCommandLineThenTheEnvironmentThenTheFileThenTheRecipe() throws IOException {
        Path file = Files.writeString(dir.resolve("settings.yaml"), """
                lr: 0.3
                batch: 12
                epochs: 7
                optimizer_args: {dampening: 0.1}
                """);
        Json.Obj config = Json.parse(train(Map.of("GABOR_LR", "0.2", "GABOR_BATCH", "24", "GABOR_PROGRESS", ""),
                "--print-config", "--json", "--config", file.toString(), "--lr", "0.1").out()).object("config");
        assertSetting(config, "lr", "0.1", "command line");
        assertSetting(config, "batch", "24", "GABOR_BATCH");
        assertSetting(config, "epochs", "7", file + ", line 3");
        assertSetting(config, "optimizer", "\"sgd\"", "recipe of lenet5");
        assertSetting(config, "schedule", "\"onecycle\"", "recipe of lenet5");
        assertSetting(config, "momentum", "0.9", "recipe of lenet5");
        assertSetting(config, "optimizer_args", "{\"dampening\": 0.1}", file + ", line 4");
        assertSetting(config, "label_smoothing", "0.0", "default");
        assertSetting(config, "save_every", "\"60000ms\"", "default");
    }

    private static void assertSetting(Json.Obj config, String name, String value, String origin) {
        Json.Obj setting = config.get(name).orElseThrow().object(name);
        assertThat(setting.get("value").orElseThrow().text()).as(name).isEqualTo(value);
        assertThat(setting.get("origin").orElseThrow().string("origin")).as(name).isEqualTo(origin);
    }

    @Test
    void whatIsPrintedReadsBackAsTheSameSettings() throws IOException {
        String printed = train(Map.of(), "--optimizer", "adam", "--lr", "0.002", "--patience", "3", "--print-config").out();
        assertThat(printed).contains("lr: 0.002 ").contains("# command line").contains("# default of adam");
        Path file = Files.writeString(dir.resolve("printed.yaml"), printed);
        String again = Cli.run("train", "--config", file.toString(), "--print-config").out();
        assertThat(again.replaceAll(" +#.*", "")).isEqualTo(printed.replaceAll(" +#.*", ""));
        assertThat(dir.resolve("runs")).as("nothing was trained").doesNotExist();
    }

    @Test
    void aVariableWithAMistakeIsNamed() {
        Cli run = train(Map.of("GABOR_EPOCHS", "many"));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("GABOR_EPOCHS: Invalid value for option '--epochs': 'many' is not a whole number");
        assertThat(Cli.run(Map.of("GABOR_TOP", "0"), "predict", "nowhere", "x.png").exitCode()).isNotZero();
    }

    @Test
    void aVariableThatNothingReadsIsNamedWithTheOneThatWasMeant() {
        Cli run = Cli.run(Map.of("GABOR_EPOCS", "3", "GABOR_SEED", "1", "GABOR_JAVA_OPTS", "-Xmx1g", "GABOR_STEPS", "2"),
                "data", "list");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEqualTo("warning: nothing reads the variable GABOR_EPOCS; did you mean GABOR_EPOCHS?\n");
        assertThat(Cli.run(Map.of("GABOR_XYZZY_PLUGH", "3"), "data", "list").err())
                .isEqualTo("warning: nothing reads the variable GABOR_XYZZY_PLUGH\n");
        assertThat(Cli.run(Map.of("GABOR_EPOCS", "3"), "data", "list", "-q").err()).isEmpty();
    }

    @Test
    void whatIsAskedOfTheDeviceIsKeptWithTheRun() throws IOException {
        Map<String, String> wanted = Map.of("GABOR_DETERMINISTIC", "true");
        Json.Obj config = Json.parse(train(wanted, "--precision", "fp32", "--print-config", "--json")
                .out()).object("config");
        assertSetting(config, "precision", "\"fp32\"", "command line");
        assertSetting(config, "deterministic", "true", "GABOR_DETERMINISTIC");
        Cli run = train(Map.of(), "--precision", "fp32", "--deterministic", "--epochs", "1", "--limit-batches", "1", "--name",
                "asked", "--out", out());
        assertThat(run.exitCode()).as(run.err()).isZero();
        Path folder = dir.resolve("out/asked/001");
        assertThat(Files.readString(folder.resolve("config.yaml"))).contains("precision: \"fp32\"\n", "deterministic: true\n");
        assertThat(Files.readString(folder.resolve("env.json"))).contains("\"precision\": \"fp32\"",
                "\"deterministic\": \"always\"");
        assertThat(Cli.run("train", "--resume", folder.toString(), "--epochs", "2").exitCode()).isZero();
    }

    @Test
    void badImagesAreAnErrorOrSkippedCountedAndNamed() throws IOException {
        Path photos = dir.resolve("partly"), bad = photos.resolve("3/bad.png"), empty = photos.resolve("5/empty.jpg");
        Cli.run("data", "export", "digits", "--out", photos.toString(), "--count", "60");
        Files.writeString(bad, "this is no photo");
        Files.createFile(empty);
        List<String> words = List.of("train", "--data", "imagefolder:" + photos, "--epochs", "1", "--device", "cpu", "--name",
                "skipped",
                "--out", out());
        Cli fails = Cli.run(words.toArray(String[]::new));
        assertThat(fails.exitCode()).isEqualTo(3);
        assertThat(fails.err()).contains(bad.toString());
        var more = new ArrayList<>(words);
        more.addAll(List.of("--on-bad-image", "skip"));
        Cli skips = Cli.run(more.toArray(String[]::new));
        assertThat(skips.exitCode()).as(skips.err()).isZero();
        assertThat(skips.err()).contains("skipped   2 images that cannot be read:", bad + " is", empty + " is",
                "50 to train on, 10 to validate");
        assertThat(skips.result("skipped")).isEqualTo("skipped   2 images that cannot be read, named above");
        Path run = dir.resolve("out/skipped/001");
        assertThat(Files.readString(run.resolve("log.txt"))).contains(bad.toString(), empty.toString());
        Cli eval = Cli.run("eval", run.toString());
        assertThat(eval.exitCode()).as(eval.err()).isZero();
        assertThat(eval.err()).contains("skipped   2 images");
        assertThat(Cli.run("eval", run.toString(), "--on-bad-image", "fail").exitCode()).isEqualTo(3);
    }

    @Test
    void aDryRunMakesAStepAndWritesNothing() {
        Path out = dir.resolve("dry");
        Cli run = train(Map.of(), "--dry-run", "--out", out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.result("dry run")).contains("one step: loss ").endsWith("nothing was written");
        assertThat(out).doesNotExist();
        assertThat(Json.parse(train(Map.of(), "--dry-run", "--json").out()).object("dry run").get("dry_run")).isPresent();
    }

    @Test
    void aFewImagesAreLearntByHeartAndEvaluationJudgesByThem() {
        Cli run = train(Map.of(), "--overfit", "8", "--epochs", "40", "--name", "overfit", "--out", out());
        assertThat(run.result("result")).startsWith("result    training accuracy 100.00% (8 images");
        Cli eval = Cli.run("eval", dir.resolve("out/overfit/001").toString());
        assertThat(run.result("result")).startsWith(eval.result("result"));
    }

    @Test
    void batchesAreLimited() throws IOException {
        Cli run = train(Map.of(), "--limit-batches", "2", "--batch", "8", "--epochs", "3", "--name", "limited", "--out", out());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readAllLines(dir.resolve("out/limited/001/metrics.csv")).getLast()).startsWith("3,6,");
    }

    @Test
    void diagnosticsAreShownAndKept() throws IOException {
        Cli run = train(Map.of(), "--diagnostics", "--epochs", "2", "--name", "diagnosed", "--out", out());
        assertThat(run.err()).contains("update / weights").contains("11/weight ");
        List<String> lines = Files.readAllLines(dir.resolve("out/diagnosed/001/diagnostics.jsonl"));
        assertThat(lines).hasSize(2 * 10).allSatisfy(l -> {
            Json.Obj line = Json.parse(l).object("a line");
            assertThat(line.get("gradient_norm").orElseThrow().number("norm")).isPositive();
            assertThat(line.get("update_norm").orElseThrow().number("norm")).isPositive();
        });
    }

    @Test
    void theResultShowsEveryClassAndWhatItIsTakenFor() {
        Cli run = train(Map.of(), "--epochs", "1", "--name", "shown", "--out", out());
        assertThat(run.err()).containsPattern("class +images +right +accuracy").contains("is \\ taken for");
        Json.Obj json = Json.parse(train(Map.of(), "--epochs", "1", "--name", "shown", "--out", out(), "--json").out())
                .object("result");
        assertThat(json.get("classes").orElseThrow().array("classes")).hasSize(10);
        assertThat(json.get("confusion").orElseThrow().array("confusion")).hasSize(10);
        assertThat(json.get("acc5")).isPresent();
    }

    @Test
    void aDamagedCheckpointIsAnnouncedAndTheOneBeforeIsTaken() throws IOException {
        train(Map.of(), "--epochs", "2", "--name", "intact", "--out", out());
        train(Map.of(), "--epochs", "2", "--name", "damaged", "--out", out());
        Path run = dir.resolve("out/damaged/001"), last = run.resolve("last.safetensors");
        byte[] bytes = Files.readAllBytes(last);
        bytes[bytes.length / 2] ^= 1;
        Files.write(last, bytes);
        Cli on = Cli.run("train", "--resume", run.toString());
        assertThat(on.exitCode()).as(on.err()).isZero();
        assertThat(on.err()).contains("gabor: warning: " + last + ": its checksum is wrong")
                .contains("goes on with the checkpoint before it, " + run.resolve("previous.safetensors"))
                .contains("goes on   after step ");
        assertThat(Files.readString(run.resolve("log.txt"))).contains("gabor: warning: " + last);
        assertThat(last).hasSameBinaryContentAs(dir.resolve("out/intact/001/last.safetensors"));
    }

    @Test
    void timeThatIsOverEndsARunAndResumeGoesOn() throws IOException {
        Cli whole = train(Map.of(), "--epochs", "2", "--name", "whole", "--out", out());
        Cli run = train(Map.of(), "--epochs", "2", "--max-time", "0s", "--name", "timed", "--out", out());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).contains("the time is over").contains("--resume " + dir.resolve("out/timed/001"));
        Cli on = train(Map.of(), "--resume", "--name", "timed", "--out", out());
        assertThat(on.exitCode()).as(on.err()).isZero();
        assertThat(on.result("saved in")).isEqualTo(run.result("saved in"));
        assertThat(on.result("result")).isEqualTo(whole.result("result"));
        assertThat(dir.resolve("out/timed/001/last.safetensors"))
                .hasSameBinaryContentAs(dir.resolve("out/whole/001/last.safetensors"));
        assertThat(Json.parse(Files.readString(dir.resolve("out/timed/001/env.json"))).object("env").get("resumed").orElseThrow()
                .array("resumed")).hasSize(1);

        Cli more = Cli.run("train", "--resume=" + dir.resolve("out/timed/001"), "--epochs", "3");
        assertThat(more.exitCode()).as(more.err()).isZero();
        assertThat(Files.readAllLines(dir.resolve("out/timed/001/metrics.csv"))).hasSize(4);
        Cli other = Cli.run("train", "--resume", dir.resolve("out/timed/001").toString(), "--seed", "1");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err()).contains("seed was 0 and is now 1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --max-time soon                  | 'soon' is no length of time
            --save-every -1                  | is no length of time
            --patience -1                    | --patience must be 0 or more epochs, got -1
            --monitor val/acc                | did you mean 'val/acc1'?
            --limit-batches -2               | --limit-batches must be 0 or more, got -2
            --overfit -1                     | --overfit is a number of images, got -1
            --overfit 100                    | has 60 images
            --overfit 8 --patience 1         | patience needs a figure to watch
            --val-split 0 --monitor val/loss | val/loss cannot be watched without a validation part
            --resume nowhere                 | --resume found no run nowhere
            --resume --name nobody           | nobody; name its folder
            --resume nowhere --dry-run       | --resume found no run
            """)
    void aMistakeIsNamed(String options, String error) {
        Cli run = train(Map.of(), options.strip().split(" "));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(error).doesNotContain("\tat ");
    }

    private static String out() { return dir.resolve("out").toString(); }

    private static Cli train(Map<String, String> environment, String... words) {
        var all = new ArrayList<>(List.of("train"));
        boolean isNew = List.of(words).stream().noneMatch(w -> w.equals("--resume"));
        if (isNew) all.addAll(List.of("--data", "imagefolder:" + images));
        all.addAll(List.of(words));
        return Cli.run(environment, all.toArray(String[]::new));
    }
}
