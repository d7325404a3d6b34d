package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    private static final int WIDTH = 100;

    @ParameterizedTest
    @ValueSource(strings = {"train", "eval", "predict", "summary", "models", "models list", "models show", "data",
            "data list",
            "data get", "data verify", "data show", "data stats", "data export", "bench", "doctor"})
    void everyCommandTeachesItselfByExamples(String command) {
        Cli help = Cli.line(command + " --help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).contains("\nUsage: gabor " + command).contains("\n  gabor " + command)
                .contains("--help");
        assertThat(help.out().lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(WIDTH));
    }

    @Test
    void withNothingToDoGaborShowsItsCommands() {
        assertThat(Cli.line("").exitCode()).isZero();
        assertThat(Cli.line("").out()).isEqualTo(Cli.line("--help").out())
                .contains("\n  train ", "\n  eval ", "\n  predict ", "\n  summary ", "\n  models ", "\n  data ",
                        "\n  bench ", "\n  doctor ");
    }

    @Test
    void theOptionsOfTrainComeInGroups() {
        assertThat(Cli.line("train --help").out()).containsSubsequence("\nData\n", "--data", "--batch", "--val-split",
                "\nModel\n", "--model",
                "\nOptimiser", "--optimizer", "--optimizer-args", "--lr", "--momentum", "--weight-decay",
                "--clip-norm", "--clip-value",
                "--schedule", "--schedule-args", "--warmup", "--loss", "--loss-args", "--label-smoothing", "--ema",
                "\nRun\n", "--config", "--epochs",
                "--seed", "--out", "--name", "\nDevice\n", "--device", "--threads", "\nOutput\n", "--progress",
                "--json");
    }

    @Test
    void theVersionNamesTheJavaBeneath() {
        assertThat(Cli.line("--version").out()).startsWith("gabor ").contains("on Java " + Runtime.version());
    }
}
