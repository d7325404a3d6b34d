package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is wrong: one paragraph that names the place, the right exit code, within a second and 64 MB, no stack trace,
 * and every file is as it was.
 */
class BadInputsTest {
    private static final long BYTES = 64 << 20, NANOS = 1_000_000_000L;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    static Path dir = Path.of("");
    private static List<BadInput> inputs = List.of();

    @BeforeAll
    static void make() throws IOException {
        Path photos = dir.resolve("photos");
        Cli.run("data", "export", "digits", "--out", photos.toString(), "--count", "80");
        Cli run = Cli.run("train", "--data", "imagefolder:" + photos, "--epochs", "2", "--batch", "16", "--out",
                dir.resolve("out").toString(), "--name", "good", "--device", "cpu");
        assertThat(run.exitCode()).as(run.err()).isZero();
        inputs = BadInputs.make(Files.createDirectory(dir.resolve("bad")), dir.resolve("out/good/001"), photos);
    }

    static List<BadInput> inputs() { return inputs; }

    @Test
    void thereAreMoreThanThreeHundred() {
        assertThat(inputs.size()).isGreaterThan(300);
        assertThat(inputs.stream().map(BadInput::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void getsOneClearParagraph(BadInput input) throws IOException {
        Map<Path, String> before = files();
        long bytes = THREADS.getCurrentThreadAllocatedBytes(), nanos = THREADS.getCurrentThreadCpuTime();
        Cli run = Cli.run(quietly(input).toArray(String[]::new));
        bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
        nanos = THREADS.getCurrentThreadCpuTime() - nanos;
        check(input, run);
        assertThat(bytes).as("bytes on the heap").isLessThanOrEqualTo(BYTES);
        assertThat(nanos).as("time on the processor").isLessThanOrEqualTo(NANOS);
        assertThat(files().equals(before)).as("every file is as it was").isTrue();
    }

    /**
     * Memory is all that the process ever held, the heap, machine code and Java's own as well, and time all that its threads
     * took on the processor, Java's start and compiler as well; of both is taken off what {@code gabor --version} takes.
     */
    @Tag("slow")
    @Test
    void eachGetsItInAProcessOfItsOwn() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "skipped: the system does not tell the memory of a process");
        Measured.Figures least = Measured.run(List.of("--version"), dir).figures();
        BadInput largest = inputs.getFirst(), slowest = largest;
        long bytes = 0, nanos = 0;
        for (BadInput input : inputs) {
            Map<Path, String> before = files();
            Measured run = Measured.run(quietly(input), dir);
            check(input, run.cli());
            assertThat(files().equals(before)).as("every file is as it was").isTrue();
            if (run.figures().bytes() - least.bytes() > bytes) {
                bytes = run.figures().bytes() - least.bytes();
                largest = input;
            }
            if (run.figures().nanos() - least.nanos() > nanos) {
                nanos = run.figures().nanos() - least.nanos();
                slowest = input;
            }
        }
        System.getLogger(BadInputsTest.class.getName()).log(System.Logger.Level.INFO,
                "{0} bad inputs in a process each: at most {1} MiB ({2}) and {3} ms ({4}) more than --version ({5} MiB, {6} ms)",
                inputs.size(), bytes >> 20, largest, nanos / 1_000_000, slowest, least.bytes() >> 20, least.nanos() / 1_000_000);
        assertThat(bytes).as(largest.name()).isLessThanOrEqualTo(BYTES);
        assertThat(nanos).as(slowest.name()).isLessThanOrEqualTo(NANOS);
    }

    private static List<String> quietly(BadInput input) {
        return Stream.concat(input.words().stream(), Stream.of("-q")).toList();
    }

    private static void check(BadInput input, Cli run) {
        assertThat(run.exitCode()).as(input + ": " + run.err()).isEqualTo(input.exitCode());
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("gabor").contains(input.place()).doesNotContain("\tat ").doesNotContain("Exception:")
                .doesNotContain("\n\n");
        assertThat(run.err().lines().count()).as(run.err()).isLessThanOrEqualTo(3);
    }

    /** Every file with its size and time of change. */
    private static Map<Path, String> files() throws IOException {
        var all = new TreeMap<Path, String>();
        try (var files = Files.walk(dir)) {
            for (Path f : files.filter(Files::isRegularFile).toList())
                all.put(f, Files.size(f) + " " + Files.getLastModifiedTime(f));
        }
        return all;
    }
}
