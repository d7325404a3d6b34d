package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
        assertThat(Cli.line("train --help-all").out()).containsSubsequence("\nData\n", "--data", "--batch",
                "--on-bad-image", "--val-split",
                "\nModel\n", "--model",
                "\nOptimiser", "--optimizer", "--optimizer-args", "--lr", "--momentum", "--weight-decay",
                "--clip-norm", "--clip-value",
                "--schedule", "--schedule-args", "--warmup", "--loss", "--loss-args", "--label-smoothing", "--ema",
                "\nRun\n", "--config", "--epochs", "--max-time", "--patience", "--monitor",
                "--seed", "--resume", "--out", "--name", "--save-every", "--limit-batches", "--overfit", "--diagnostics",
                "--dry-run", "--print-config", "\nDevice\n", "--device", "--threads", "--precision", "--deterministic",
                "\nOutput\n", "--progress",
                "--json");
    }

    @Test
    void theHelpOfTrainShowsTheDozenThatPeopleUse() {
        String help = Cli.line("train --help").out();
        assertThat(options(help)).hasSizeBetween(10, 14).contains("--data", "--model", "--epochs", "--lr", "--resume")
                .doesNotContain("--clip-norm", "--ema", "--save-every");
        assertThat(help).contains("All options: gabor train --help-all").contains("\nExamples:");
        assertThat(options(Cli.line("train --help-all").out())).hasSizeGreaterThan(35).containsAll(options(help));
    }

    private static List<String> options(String help) {
        return help.lines().filter(l -> l.matches(" +(-., +)?--.*"))
                .map(l -> l.replaceFirst(" +(-., +)?(--[a-z-]+).*", "$2")).toList();
    }

    @Test
    void theShellLearnsCommandsAndOptions() {
        String bash = Cli.line("completion bash").out();
        assertThat(bash).startsWith("#!/usr/bin/env bash").contains("--label-smoothing")
                .contains("complete -F _complete_gabor");
        assertThat(Cli.line("completion zsh").out()).contains("bashcompinit").contains("--label-smoothing");
        Cli fish = Cli.line("completion fish");
        assertThat(fish.exitCode()).isEqualTo(2);
        assertThat(fish.err()).contains("unknown shell 'fish'").contains("Known: bash, zsh");
    }

    @Test
    void coloursComeWhenTheyAreAskedFor() {
        assertThat(Cli.line("train --help --color always").out()).contains("\u001b[");
        assertThat(Cli.line("train --help --color never").out()).isEqualTo(Cli.line("train --help").out());
        assertThat(Cli.line("train --color often").err()).contains("unknown value 'often'");
    }

    @Test
    void theVersionNamesTheJavaBeneath() {
        assertThat(Cli.line("--version").out()).startsWith("gabor ").contains("on Java " + Runtime.version());
    }
}
