package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.gabor.io.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One short training on the built-in digits, and all that can be done with it afterwards. */
class TrainTest {
    @TempDir
    static Path dir;
    private static Cli train = new Cli(-1, "", "");
    private static Path run = Path.of("");

    @BeforeAll
    static void trainOneEpoch() {
        train = Cli.run("train", "--epochs", "1", "--seed", "3", "--device", "cpu", "--out", dir.resolve("runs")
                .toString());
        run = dir.resolve("runs/lenet5-digits/001");
    }

    @Test
    void trainingTellsTheDeviceTheDataTheModelTheResultAndTheTimes() {
        assertThat(train.exitCode()).as(train.err()).isZero();
        assertThat(train.err()).containsSubsequence("device    cpu", "cpu, as asked for",
                "9,000 to train on, 1,000 to validate, 2,000 to test",
                "61,706 parameters, compiled in", "epoch 1/1", "val acc", "next      ./gabor eval " + run);
        assertThat(train.result("result")).matches("result    test accuracy \\d\\d\\.\\d\\d% \\(2,000 images, loss"
                + " 0\\.\\d{4}\\), by the weights of epoch 1");
        assertThat(train.result("time")).contains("prepare data ").contains("compile ").contains("train ")
                .contains("test ").contains("all together ");
        assertThat(train.result("saved in")).endsWith(run.toString());
    }

    @Test
    void theRunFolderHoldsEverythingAndLatestPointsAtIt() throws IOException {
        assertThat(run).isDirectoryContaining("glob:**/{best,last}.safetensors")
                .isDirectoryContaining("glob:**/metrics.{csv,jsonl}");
        assertThat(dir.resolve("runs/latest").toRealPath()).isEqualTo(run.toRealPath());
        assertThat(Files.readString(run.resolve("log.txt"))).contains("epoch 1/1").contains(train.result("result"));
        assertThat(Files.readString(run.resolve("config.yaml"))).contains("data: \"digits\"").contains("seed: 3")
                .contains("val_split: 0.1");
        Json.Obj environment = Json.parse(Files.readString(run.resolve("env.json"))).object("env");
        assertThat(environment.members()).containsKeys("command", "device_reason", "java", "cpu");
        // the last bits of the weights depend on them
        assertThat(environment.get("device_details").orElseThrow().object("device_details").members()).containsKey("kernels");
        assertThat(train.err()).containsPattern("device    cpu \\(.*, (AVX-512|AVX2|Java) kernels");
        assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(2);
    }

    @Test
    void evaluationGivesTheFigureOfTheTraining() {
        Cli eval = Cli.run("eval", dir.resolve("runs/latest").toString(), "--device", "cpu");
        assertThat(train.result("result")).startsWith(eval.result("result"));
        assertThat(eval.out()).contains("top 5 ").containsPattern("class +images +right +accuracy")
                .contains("is \\ taken for");
        Cli file = Cli.run("eval", run.resolve("best.safetensors").toString(), "--data", "digits", "--threads", "1",
                "-q");
        assertThat(file.out()).isEqualTo(eval.out());
        assertThat(file.err()).isEmpty();
    }

    @Test
    void theJsonOfAnEvaluationAddsUp() {
        Json.Obj eval = Json.parse(Cli.run("eval", run.toString(), "--json").out()).object("eval");
        int images = 0, right = 0;
        List<Json> rows = eval.get("confusion").orElseThrow().array("confusion");
        for (int c = 0; c < rows.size(); c++) {
            List<Json> row = rows.get(c).array("row");
            for (Json n : row) images += n.integer("count");
            right += row.get(c).integer("count");
        }
        assertThat(images).isEqualTo(2_000);
        assertThat(eval.get("acc1").orElseThrow().number("acc1")).isEqualTo(right / 2_000.0);
    }

    @Test
    void aGateThatIsMissedIsExitCode6() {
        Cli missed = Cli.run("eval", run.toString(), "--min-acc1", "1");
        assertThat(missed.exitCode()).isEqualTo(6);
        assertThat(missed.err()).contains("is below 100.00%");
        assertThat(Cli.run("eval", run.toString(), "--min-acc1", "0.5").exitCode()).isZero();
    }

    @Test
    void exportedDigitsAreNamed() {
        String samples = dir.resolve("samples").toString();
        Cli.run("data", "export", "digits", "--out", samples, "--count", "300");
        Cli predict = Cli.run("predict", run.toString(), samples, "--top", "2");
        assertThat(predict.exitCode()).as(predict.err()).isZero();
        assertThat(predict.out().lines()).hasSize(301);
        var right = Pattern.compile("(\\d+) of 300 images named as the folder").matcher(predict.err());
        assertThat(right.find()).isTrue();
        assertThat(Integer.parseInt(right.group(1))).isGreaterThanOrEqualTo(285);

        Cli csv = Cli.run("predict", run.toString(), samples + "/7/*.png", "--top", "1", "--format", "csv");
        assertThat(csv.out().lines().findFirst()).contains("image,rank,class,probability");
        assertThat(csv.out().lines().skip(1)).isNotEmpty().allSatisfy(l -> assertThat(l)
                .matches(".*/7/\\d{5}\\.png,1,\\d,[01]\\.\\d{6}"));
        assertThat(Cli.run("predict", run.toString(), samples, "--format", "jsonl").out().lines()).hasSize(300)
                .allSatisfy(l -> assertThat(Json.parse(l).object("line").get("predictions")).isPresent());
        assertThat(Json.parse(Cli.run("predict", run.toString(), samples, "--format", "json").out()).array("images"))
                .hasSize(300);
    }

    @Test
    void anImageThatIsMissingIsADataError() {
        Cli predict = Cli.run("predict", run.toString(), dir.resolve("nowhere.png").toString());
        assertThat(predict.exitCode()).isEqualTo(3);
        assertThat(predict.err()).contains("nowhere.png does not exist");
    }

    @Test
    void aSavedModelIsSummarisedLikeItsName() {
        assertThat(Cli.run("summary", run.toString()).out())
                .startsWith(Cli.line("summary lenet5").out().stripTrailing())
                .containsPattern("\npixels       standard: y = scale x \\+ shift, a channel: scale 0.0\\d+, shift -0.\\d+\n$");
    }

    @Test
    void withoutATestPartTheFigureIsThatOfTheBestEpoch() {
        String images = dir.resolve("folder").toString();
        Cli.run("data", "export", "digits", "--out", images, "--count", "400", "--split", "train");
        Cli first = trainOn(images, "1", "--name", "own");
        assertThat(first.err()).contains("note: the batch is 320");
        assertThat(first.result("result")).contains("validation accuracy").contains("(80 images");
        assertThat(first.result("result")).startsWith(Cli.run("eval", dir.resolve("own/latest").toString())
                .result("result"));

        Cli second = trainOn(images, "2", "--name", "own", "--json", "-q");
        assertThat(second.err()).isEmpty();
        assertThat(Json.parse(second.out()).object("result").get("run").orElseThrow().string("run"))
                .endsWith("own/002");
        assertThat(dir.resolve("own/own/002/best.safetensors"))
                .hasSameBinaryContentAs(dir.resolve("own/own/001/best.safetensors"));
    }

    @Test
    void whatIsAskedForIsWhatIsRecorded() throws IOException {
        String images = dir.resolve("few").toString();
        Cli.run("data", "export", "digits", "--out", images, "--count", "60");
        Cli run = trainOn(images, "1", "--optimizer", "nesterov", "--lr", "0.02", "--momentum", "0.8",
                "--weight-decay", "0", "--schedule", "cosine", "--warmup", "0.5", "--seed", "7", "--name", "asked");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readAllLines(dir.resolve("own/asked/001/config.yaml")))
                .contains("optimizer: {\"name\": \"nesterov\", \"lr\": 0.02, \"momentum\": 0.8, \"weight_decay\": 0.0}",
                        "schedule: {\"name\": \"cosine\"}", "warmup: 0.5", "loss: \"softmax\"", "epochs: 3",
                        "batch: 1000", "seed: 7", "val_split: 0.2");
    }

    private static Cli trainOn(String images, String threads, String... more) {
        var words = new ArrayList<>(List.of("train", "--data", "imagefolder:" + images, "--val-split", "0.2",
                "--epochs", "3", "--batch", "1000", "--out", dir.resolve("own").toString(), "--threads", threads));
        words.addAll(List.of(more));
        return Cli.run(words.toArray(String[]::new));
    }
}
