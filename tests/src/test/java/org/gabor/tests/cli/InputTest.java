package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done to images before the network sees them, from the command line: {@code --input} and {@code --size}. */
class InputTest {
    @TempDir
    static Path dir;
    private static String images = "";

    @BeforeAll
    static void exportSomeDigits() {
        images = "imagefolder:" + dir.resolve("few");
        Cli.run("data", "export", "digits", "--out", dir.resolve("few").toString(), "--count", "60");
    }

    private static Cli train(String... more) {
        String[] words = {"train", "--data", images, "--epochs", "1", "--batch", "16", "--val-split", "0.2", "--device", "cpu",
                "--out", dir.resolve("runs").toString()};
        String[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Cli.run(all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scale", "mean", "standard", "pca", "zca"})
    void whatWasFittedIsUsedByEvalPredictAndSummary(String input) throws IOException {
        Cli train = train("--input", input, "--size", "1x12x12", "--name", input);
        assertThat(train.exitCode()).as(train.err()).isZero();
        assertThat(train.err()).containsPattern("input     " + input + ", fitted on \\d+ images in [0-9.]+ s");
        Path run = dir.resolve("runs").resolve(input).resolve("001");
        assertThat(Files.readString(run.resolve("config.yaml"))).contains("input: \"" + input + "\"")
                .contains("data: \"" + images + "@1x12x12\"");
        assertThat(train.result("result")).startsWith(Cli.run("eval", run.toString(), "--device", "cpu").result("result"));
        assertThat(Cli.run("eval", run.toString(), "--data", images).exitCode()).as("brought to the model's size").isZero();
        assertThat(Cli.run("summary", run.toString()).out()).contains("pixels       " + input + ": y = ");
        assertThat(Cli.run("predict", run.toString(), dir.resolve("few").toString(), "--top", "1", "-q").exitCode()).isZero();
        Cli again = Cli.run("train", "--config", run.resolve("config.yaml").toString(), "--device", "cpu", "--out",
                dir.resolve("again").toString(), "--name", input);
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(dir.resolve("again").resolve(input).resolve("001/best.safetensors"))
                .hasSameBinaryContentAs(run.resolve("best.safetensors"));
    }

    @Test
    void theNumberOfWorkersDoesNotMatter() {
        assertThat(train("--size", "1x12x12", "--workers", "1").exitCode()).isZero();
        assertThat(train("--size", "1x12x12", "--workers", "0").err()).contains("workers must be at least 1, got 0");
    }

    @Test
    void aSizeThatMakesNoSenseIsExplained() {
        assertThat(train("--size", "wide").err()).contains("'wide' is no image size");
        assertThat(Cli.run("train", "--data", "digits", "--size", "32").err())
                .contains("only images of an image folder are brought to a size");
        assertThat(Cli.run("train", "--data", images + "@20", "--size", "32").err()).contains("says another size than 32");
        assertThat(train("--input", "zcaa").err()).contains("did you mean 'zca'?");
    }
}
