package org.gabor.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gabor.cli.Main;
import org.gabor.tests.crash.Child;
import org.gabor.tests.softgpu.SoftwareDevice;
import org.gabor.train.RunFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line makes of a device that fails while it trains. Each command is a process, as for a user. */
class FailedTrainingTest {
    private static final int STEPS = 3;
    private static final String NETWORK = """
            name: tiny
            network:
              - conv2d: {filters: 4, kernel: 5, stride: 3, bias: false}
              - batch_norm
              - relu
              - max_pool: 2
              - dropout: 0.2
              - dense: 10
            """;
    @TempDir
    static Path dir;
    private static byte[] undisturbed = {};

    private record Ended(int exitCode, String out, String err) {}

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        org.gabor.tests.cuda.Device.software();
        Files.writeString(dir.resolve("tiny.yaml"), NETWORK);
        Ended ended = train("undisturbed", Map.of());
        assertThat(ended.exitCode).as(ended.err).isZero();
        undisturbed = Files.readAllBytes(folder("undisturbed").last());
    }

    /** The fifth graph is the first step of the second epoch; two steps and two batches were launched before. */
    @ParameterizedTest
    @CsvSource({"5, graph_launch:5:719, LAUNCH_FAILED (719), 3", "0, launch:30:700, ILLEGAL_ADDRESS (700), 0"})
    void aFatalErrorNamesTheLastCheckpointFromWhichTheNextProcessGivesTheSameBytes(String name, String fault, String cause,
            long step) throws Exception {
        Ended failed = train(name, Map.of("GABOR_SOFT_FAIL", fault));
        RunFolder run = folder(name);
        assertThat(failed.exitCode).as(failed.err).isEqualTo(4);
        assertThat(failed.err.lines().toList().getLast()).startsWith("gabor: GPU 0 (Gabor software device) failed in ")
                .contains(cause).endsWith("The last checkpoint is " + run.last() + "; go on with: ./gabor train --resume "
                        + run.path());
        assertThat(run.continuation().warning()).isEmpty();
        assertThat(run.continuation().last().info()).containsEntry("step", "" + step);

        Ended resumed = gabor(Map.of(), List.of("train", "--resume", run.path().toString(), "--device", "cuda"));
        assertThat(resumed.exitCode).as(resumed.err).isZero();
        assertThat(Files.readAllBytes(run.last())).isEqualTo(undisturbed);
    }

    @Test
    void anErrorThatCanBeMendedNamesItAsWell() throws Exception {
        Ended failed = train("mendable", Map.of("GABOR_SOFT_FAIL", "graph_launch:5:701"));
        assertThat(failed.exitCode).as(failed.err).isEqualTo(4);
        assertThat(failed.err).contains("LAUNCH_OUT_OF_RESOURCES (701)", "The last checkpoint is " + folder("mendable").last());
    }

    @Test
    void aBatchThatIsTooLargeIsExitCode8AndTheOneThatIsNamedTrains() throws Exception {
        Map<String, String> small = Map.of("GABOR_SOFT_MEMORY", Long.toString(56L << 20));
        Ended refused = train("large", small, "--batch", "8000");
        assertThat(refused.exitCode).as(refused.err).isEqualTo(8);
        Matcher fits = Pattern.compile("the largest batch that fits is (\\d+) \\(it was 8000\\)$")
                .matcher(refused.err.strip());
        assertThat(fits.find()).as(refused.err).isTrue();
        Ended trained = train("fits", small, "--batch", fits.group(1), "--limit-batches", "1", "--epochs", "1");
        assertThat(trained.exitCode).as(trained.err).isZero();
    }

    private static RunFolder folder(String name) { return new RunFolder(dir.resolve("runs").resolve(name).resolve("001")); }

    private static Ended train(String name, Map<String, String> environment, String... more) throws Exception {
        var words = new ArrayList<>(List.of("train", "--model", dir.resolve("tiny.yaml").toString(), "--device", "cuda",
                "--deterministic", "--out", dir.resolve("runs").toString(), "--name", name));
        words.addAll(more.length > 0 ? List.of(more) : List.of("--batch", "4", "--epochs", "2", "--limit-batches", "" + STEPS));
        return gabor(environment, words);
    }

    private static Ended gabor(Map<String, String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> words = Child.java(Main.class);
        words.addAll(words.size() - 1,
                List.of("-Dgabor.softgpu", "-Dgabor.cuda.path=" + SoftwareDevice.get().folder()));
        words.addAll(arguments);
        Path err = dir.resolve("err.txt");
        var builder = new ProcessBuilder(words).redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(err));
    }
}
