package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MistakesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            trian                                    | 2 | unknown command 'trian'; did you mean 'train'?
            data lst                                 | 2 | did you mean 'list'?
            data                                     | 2 | gabor data list
            models                                   | 2 | gabor models list
            train --epoch 3                          | 2 | unknown option '--epoch'; did you mean '--epochs'?
            train --epochs=many                      | 2 | 'many' is not a whole number
            train --epochs 0                         | 2 | epochs must be at least 1, got 0
            train --batch 0                          | 2 | must be at least 1 image, got 0
            train --lr fast                          | 2 | 'fast' is not a number
            train --lr -1                            | 2 | learning rate must be 0 or more, got -1.0
            train --model lenet6                     | 2 | unknown model 'lenet6'; did you mean 'lenet5'?
            train --optimizer sdg                    | 2 | unknown optimizer 'sdg'; did you mean 'sgd'?
            train --optimizer nesterov --momentum 0  | 2 | nesterov wants a momentum above 0
            train --schedule cosin                   | 2 | did you mean 'cosine'?
            train --optimizer adagrad --momentum 0.9 | 2 | unknown setting 'momentum'. Known: eps, lr, weight_decay
            train --optimizer-args beta1=0.9         | 2 | sgd: unknown setting 'beta1'
            train --optimizer-args lr=0.1 --lr 0.2   | 2 | lr is given twice: by --lr and in --optimizer-args
            train --optimizer-args lr                | 2 | should be in KEY=VALUE
            train --optimizer adam --optimizer-args beta1=1 | 2 | adam: beta1 must be in [0, 1), got 1.0
            train --schedule step --schedule-args epochs=0.5 | 2 | step: epochs must be a whole number, got '0.5'
            train --schedule step --schedule-args gama=0.5 | 2 | did you mean 'gamma'?
            train --schedule multistep --schedule-args milestones=3/x | 2 | milestones must be a whole number, got 'x'
            train --loss hing                        | 2 | unknown loss 'hing'; did you mean 'hinge'?
            train --loss mse --label-smoothing 0.1   | 2 | label smoothing belongs to the softmax loss
            train --label-smoothing 1                | 2 | label smoothing must be in [0, 1), got 1.0
            train --clip-norm -1                     | 2 | limits of gradients must be 0 or more, got -1.0
            train --ema 1                            | 2 | the share of the moving average must be in [0, 1), got 1.0
            train --model nowhere.yaml               | 2 | nowhere.yaml does not exist
            train --config nowhere.yaml              | 2 | nowhere.yaml does not exist
            train --warmup -1                        | 2 | warm-up: epochs must be 0 or more, got -1.0
            bench --model resnet21                   | 2 | unknown model 'resnet21'; did you mean 'resnet20'?
            bench --steps 0                          | 2 | --steps must be at least 1, got 0
            bench --seconds 0                        | 2 | --seconds must be above 0, got 0.0
            bench --batch 0                          | 2 | --batch must be at least 1, got 0
            bench --threads -1                       | 2 | threads must be 1 or more
            bench --device tpu                       | 2 | unknown device 'tpu'
            bench --input big                        | 2 | 'big' is no image size
            train --val-split 1                      | 2 | --val-split must be in [0, 1), got 1.0
            train --data digit                       | 2 | unknown data set 'digit'; did you mean 'digits'?
            train --data mnist                       | 2 | mnist:DIR
            train --data mnist:nowhere               | 3 | nowhere
            train --device cpuu                      | 2 | did you mean 'cpu'?
            train --device cuda                      | 4 | device cuda cannot be used
            train --threads -1                       | 2 | threads must be 1 or more
            train --device cpu --precision bf16      | 4 | device cpu computes in fp32, not in bf16
            bench --device cpu --precision tf32      | 4 | device cpu computes in fp32, not in tf32
            train --precision fp16                   | 2 | unknown value 'fp16'. Known: auto, fp32, tf32, bf16
            train --on-bad-image ignore              | 2 | Known: fail, skip
            train --on-bad-image skip                | 2 | only bad images of an image folder are skipped
            predict nowhere x.png --json --format csv | 2 | --json and --format csv exclude each other
            train --name a/b                         | 2 | --name is the name of a folder
            train --progress bars                    | 2 | did you mean 'bar'?
            train --model resnet20 more              | 2 | 'more'
            eval                                     | 2 | MODEL
            eval nowhere                             | 7 | nowhere does not exist
            eval nowhere --min-acc1 98               | 2 | a share from 0 to 1 such as 0.98
            predict                                  | 2 | MODEL
            predict nowhere seven.png                | 7 | nowhere does not exist
            predict nowhere                          | 2 | IMAGE
            predict nowhere seven.png --format xml   | 2 | Known: table, csv, json, jsonl
            summary lenet                            | 2 | did you mean 'lenet5'?
            summary lenet5 --input 8x8               | 2 | lenet5 takes images of 12x12 and more
            summary lenet5 --input wide              | 2 | 'wide' is no image size
            summary lenet5 --classes 1               | 2 | classes must be at least 2, got 1
            models show resnet2                      | 2 | did you mean 'resnet20'?
            data show imagefolder:nowhere            | 3 | nowhere
            data get                                 | 2 | NAME
            data get cifar-10                        | 2 | did you mean 'cifar10'?
            data get mnist --mirror nowhere --out target/none | 3 | is no address that can be fetched
            data verify mnist:nowhere                | 3 | nowhere
            data verify mnits:nowhere                | 2 | did you mean 'mnist'?
            data export digits                       | 2 | --out
            data export digits --out x --split tset  | 2 | no part 'tset'
            data export digits --out x --count 0     | 2 | --count must be at least 1, got 0
            """)
    void aMistakeGetsOneClearTextAndItsExitCode(String line, int exitCode, String text) {
        Cli run = Cli.line(line);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        assertThat(run.err()).contains(text).contains("gabor").doesNotContain("\tat ");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void verboseShowsWhereAnErrorWasThrown() {
        assertThat(Cli.line("train --model lenet6 -v").err()).contains("did you mean 'lenet5'?")
                .contains("\tat org.gabor.models.Models");
    }

    @Test
    void aFileThatIsNoModelIsAModelFileError(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("best.safetensors"), "not a model");
        Cli run = Cli.run("summary", file.toString());
        assertThat(run.exitCode()).isEqualTo(7);
        assertThat(run.err()).contains(file.toString());
        assertThat(Cli.run("eval", dir.toString()).exitCode()).isEqualTo(7);
    }

    @Test
    void aFolderThatIsNoRunIsAModelFileError(@TempDir Path dir) {
        Cli run = Cli.run("eval", dir.toString());
        assertThat(run.exitCode()).isEqualTo(7);
        assertThat(run.err()).contains("no best.safetensors");
    }

    @Test
    void runFoldersThatCannotBeMadeAreAWriteError(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("runs"), "a file is in the way");
        Cli run = Cli.run("train", "--out", file.toString(), "--device", "cpu");
        assertThat(run.exitCode()).isEqualTo(9);
        assertThat(run.err()).contains(file.toString()).contains("--out");
    }

    @Test
    void aTrainingThatDivergesSaysSo(@TempDir Path dir) {
        Cli run = Cli.run("train", "--lr", "1e30", "--schedule", "constant", "--out", dir.toString(), "--device",
                "cpu");
        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.err()).contains("training diverged").contains("smaller learning rate");
    }
}
