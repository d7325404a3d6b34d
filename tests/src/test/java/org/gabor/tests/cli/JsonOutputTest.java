package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.gabor.io.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With {@code --json} every command prints one JSON value as its result, and nothing else. */
class JsonOutputTest {
    @TempDir
    static Path dir = Path.of("");

    @BeforeAll
    static void train() {
        Cli run = run("train --epochs 1 --limit-batches 1 --device cpu --out DIR/runs --name run");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run("data export digits --out DIR/samples --count 2").exitCode()).isZero();
    }

    private static Cli run(String line) { return Cli.line(line.replace("DIR", dir.toString())); }

    @ParameterizedTest
    @ValueSource(strings = {"train --epochs 1 --limit-batches 1 --device cpu --out DIR/runs --name json", "train --print-config",
            "train --dry-run --device cpu", "train --resume DIR/runs/run/001", "eval DIR/runs/run/001",
            "predict DIR/runs/run/001 DIR/samples", "summary lenet5", "summary DIR/runs/run/001",
            "summary lenet5 --plan --device cpu", "models list", "models show lenet5", "data list", "data show digits",
            "data stats digits", "data verify digits", "data export digits --out DIR/more --count 2",
            "bench --device cpu --batch 2 --steps 2 --seconds 1", "doctor"})
    void isTheWholeResult(String line) {
        Cli run = run(line + " --json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        Json value = Json.parse(run.out());
        assertThat(value).isInstanceOfAny(Json.Obj.class, Json.Arr.class);
        assertThat(run.out().strip()).isEqualTo(value.pretty().strip());
    }

    @Test
    void thePlanIsPartOfTheSummary() {
        Json.Obj summary = Json.parse(run("summary lenet5 --plan --device cpu --json").out()).object("summary");
        assertThat(summary.get("plan").orElseThrow().array("plan")).hasSizeGreaterThan(10);
    }

    /** {@code data get} needs a server (DataGetTest); what completion prints is a script for a shell, and JSON to nobody. */
    @Test
    void everyCommandHasTheOption() {
        List<String> commands = List.of("train", "eval", "predict", "summary", "models list", "models show", "data list",
                "data get",
                "data verify", "data show", "data stats", "data export", "bench", "doctor");
        assertThat(commands).allSatisfy(c -> assertThat(Cli.line(c + " --help-all").out()).contains("--json"));
        List<String> listed = Cli.line("--help").out().lines().dropWhile(l -> !l.startsWith("Commands:")).skip(1)
                .takeWhile(l -> !l.isBlank()).filter(l -> l.matches("  [a-z].*")).map(l -> l.strip().split(" ")[0]).toList();
        assertThat(Arrays.asList("train", "eval", "predict", "summary", "models", "data", "bench", "doctor", "completion"))
                .containsExactlyInAnyOrderElementsOf(listed);
    }
}
