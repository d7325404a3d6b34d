package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
    void thereAreMoreThanAHundredAndTwenty() {
        assertThat(inputs.size()).isGreaterThanOrEqualTo(120);
        assertThat(inputs.stream().map(BadInput::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void getsOneClearParagraph(BadInput input) throws IOException {
        Map<Path, String> before = files();
        String[] words = Stream.concat(input.words().stream(), Stream.of("-q"))
                .toArray(String[]::new);
        long bytes = THREADS.getCurrentThreadAllocatedBytes(), nanos = THREADS.getCurrentThreadCpuTime();
        Cli run = Cli.run(words);
        bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
        nanos = THREADS.getCurrentThreadCpuTime() - nanos;
        assertThat(run.exitCode()).as(run.err()).isEqualTo(input.exitCode());
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("gabor").contains(input.place()).doesNotContain("\tat ").doesNotContain("Exception:")
                .doesNotContain("\n\n");
        assertThat(run.err().lines().count()).as(run.err()).isLessThanOrEqualTo(3);
        assertThat(bytes).as("bytes on the heap").isLessThanOrEqualTo(BYTES);
        assertThat(nanos).as("time on the processor").isLessThanOrEqualTo(NANOS);
        assertThat(files().equals(before)).as("every file is as it was").isTrue();
    }

    /** Every file with its size and time of change. */
    private Map<Path, String> files() throws IOException {
        var all = new TreeMap<Path, String>();
        try (var files = Files.walk(dir)) {
            for (Path f : files.filter(Files::isRegularFile).toList())
                all.put(f, Files.size(f) + " " + Files.getLastModifiedTime(f));
        }
        return all;
    }
}
