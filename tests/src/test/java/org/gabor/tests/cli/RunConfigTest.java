package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings of a run: from the recipe, from a file, from the command line. */
class RunConfigTest {
    @TempDir
    static Path dir = Path.of("");
    private static String images = "";

    @BeforeAll
    static void exportAFewImages() {
        images = dir.resolve("few").toString();
        Cli.run("data", "export", "digits", "--out", images, "--count", "60");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "--optimizer adam --optimizer-args beta1=0.8,eps=1e-6 --lr 0.002 --schedule exponential --schedule-args gamma=0.5",
            "--optimizer adamw --weight-decay 0.1 --loss hinge --ema 0.9",
            "--optimizer rmsprop --optimizer-args centred=true,alpha=0.9 --momentum 0.5 --loss hinge2 --schedule plateau"
                    + " --schedule-args patience=0,gamma=0.5",
            "--loss softmax --loss-args weights=1/1/2/1/1/1/1/1/1/0.5,ignore=3 --label-smoothing 0.1",
            "--optimizer adagrad --loss mse --schedule cosine --schedule-args least=0.1 --clip-value 0.5",
            "--optimizer sgd --optimizer-args dampening=0.1 --schedule multistep --schedule-args milestones=1/2,gamma=0.5",
            "--optimizer nesterov --schedule step --schedule-args epochs=1,gamma=0.5 --clip-norm 1 --label-smoothing 0.1",
            "--loss bce --schedule onecycle --schedule-args rise=0.5,linear=true --warmup 0.5", ""})
    void theRecordedConfigurationReadAgainGivesTheSameRun(String settings) throws IOException {
        Path first = train(settings.isEmpty() ? List.of() : List.of(settings.split(" ")));
        Path again = train(List.of("--config", first.resolve("config.yaml").toString()));
        assertThat(again.resolve("config.yaml")).hasSameTextualContentAs(first.resolve("config.yaml"));
        assertThat(again.resolve("best.safetensors")).hasSameBinaryContentAs(first.resolve("best.safetensors"));
    }

    @Test
    void anOptimizerThatIsNotTheRecipesStartsFromItsOwnSettings() throws IOException {
        assertThat(config(List.of("--optimizer", "adam")))
                .contains("optimizer: {\"name\": \"adam\", \"lr\": 0.001, \"beta1\": 0.9, \"beta2\": 0.999,");
        assertThat(config(List.of("--optimizer", "nesterov")))
                .contains("optimizer: {\"name\": \"nesterov\", \"lr\": 0.05, \"momentum\": 0.9, \"weight_decay\": 0.00050}");
    }

    @Test
    void whatIsTypedGoesBeforeTheFile() throws IOException {
        Path file = Files.writeString(dir.resolve("run.yaml"), """
                optimizer: {name: adam, lr: 0.5, beta1: 0.8}
                schedule: {name: multistep, milestones: [1, 2]}
                label_smoothing: 0.1
                val-split: 0.5
                """);
        assertThat(config(List.of("--config", file.toString()))).contains("\"lr\": 0.5, \"beta1\": 0.8")
                .contains("\"milestones\": \"1/2\"").contains("label_smoothing: 0.1").contains("val_split: 0.5");
        assertThat(config(List.of("--config=" + file, "--lr", "0.25", "--label-smoothing=0", "--optimizer-args", "eps=0.1")))
                .contains("\"lr\": 0.25, \"beta1\": 0.8, \"beta2\": 0.999, \"eps\": 0.1").contains("label_smoothing: 0.0");
        assertThat(config(List.of("--config", file.toString(), "--optimizer", "adagrad", "--schedule", "cosine")))
                .contains("optimizer: {\"name\": \"adagrad\", \"lr\": 0.01, \"eps\"")
                .contains("schedule: {\"name\": \"cosine\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            seed: 1;epoch: 3                          | line 2: unknown option 'epoch'; did you mean 'epochs'?
            seed: 1;epochs: many                      | line 2: Invalid value for option '--epochs': 'many' is not a whole number
            optimizer: {nam: adam}                    | line 1: optimizer has no name
            optimizer: {name: adam, beta: 0.8}        | adam: unknown setting 'beta'; did you mean 'beta1'?
            optimizer: {name: adam, beta1: {a: 1}}    | line 1: beta1 must be a number, a word, or true or false
            lr: [0.1                                  | line 1: this is no YAML
            lr: null                                  | line 1: lr must be a number
            - lr                                      | line 1: the options of a run must be an object
            config: other.yaml                        | line 1: unknown option 'config'
            lr: 0.1;lr: 0.2                           | line 2: the name "lr" stands twice
            """)
    void aMistakeInTheFileIsNamed(String text, String error) throws IOException {
        Path file = Files.writeString(dir.resolve("run.yaml"), text.replace(';', '\n'));
        Cli run = Cli.run("train", "--config", file.toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(error).doesNotContain("\tat ");
        if (error.startsWith("line")) assertThat(run.err()).contains(file + ", line ");
    }

    private String config(List<String> words) throws IOException {
        return Files.readString(train(words).resolve("config.yaml"));
    }

    private Path train(List<String> words) {
        var all = new ArrayList<>(List.of("train", "--epochs", "2", "--batch", "8", "--out", dir.resolve("runs").toString(),
                "--name", "run", "--data", "imagefolder:" + images));
        all.addAll(words);
        Cli run = Cli.run(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return Path.of(run.result("saved in").substring("saved in".length()).strip());
    }
}
