package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gabor.cli.Main;
import org.gabor.tests.crash.Child;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU that cannot be used is one paragraph and exit code 4, and nothing is computed on the CPU instead. */
class NoGpuTest {
    private static final Path COMPILER = Path.of("/usr/bin/g++");

    @TempDir
    Path dir;

    private record Ended(int exitCode, String said) {}

    private Ended gabor(String... arguments) throws Exception {
        List<String> words = Child.java(Main.class);
        words.add(words.size() - 1, "-Dgabor.cuda.path=" + dir);
        words.addAll(List.of(arguments));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }

    private void refusesEverywhere(String... why) throws Exception {
        Path runs = dir.resolve("runs");
        Ended train = gabor("train", "--epochs", "1", "--device", "cuda", "--out", runs.toString());
        assertThat(train.exitCode).as(train.said).isEqualTo(4);
        assertThat(train.said).contains("device cuda cannot be used: ").contains(why).doesNotContain("\tat ", "epoch");
        assertThat(runs).doesNotExist();
        Ended doctor = gabor("doctor");
        assertThat(doctor.exitCode).as("the CPU can be used: " + doctor.said).isZero();
        assertThat(doctor.said).contains("device cuda: cannot be used: ", "device cpu: can be used: ").contains(why);
    }

    @Test
    void aFileThatIsNoDriver() throws Exception {
        Files.writeString(dir.resolve("libcuda.so.1"), "cut off");
        refusesEverywhere("cannot be loaded", dir.resolve("libcuda.so.1").toString());
    }

    @Test
    void aDriverWithoutAGpu() throws Exception {
        driver("int cuDriverGetVersion(int* v) { *v = 12060; return 0; } int cuInit(unsigned f) { return 100; }");
        refusesEverywhere("no GPU that it can use", dir.resolve("libcuda.so.1").toString());
    }

    @Test
    void aDriverThatLacksFunctions() throws Exception {
        driver("""
                int cuDriverGetVersion(int* v) { *v = 12060; return 0; } int cuInit(unsigned f) { return 0; }
                int cuDeviceGetCount(int* n) { *n = 1; return 0; } int cuDeviceGet(int* d, int i) { *d = i; return 0; }
                int cuDeviceGetName(char* s, int n, int d) { s[0] = 'X'; s[1] = 0; return 0; }
                int cuDeviceGetAttribute(int* v, int a, int d) { *v = 9; return 0; }
                """);
        refusesEverywhere("the NVIDIA driver found", "of the functions that Gabor calls");
    }

    private void driver(String source) throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux") && Files.isExecutable(COMPILER),
                "SKIPPED: the stand-in for NVIDIA's driver needs g++ on Linux (apt-get install g++)");
        Path c = Files.writeString(dir.resolve("driver.c"), source);
        var words = new ArrayList<>(List.of(COMPILER.toString(), "-x", "c", "-w", "-shared", "-fPIC", "-o",
                dir.resolve("libcuda.so.1").toString(), c.toString()));
        Process compiler = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(compiler.waitFor()).as(said).isZero();
    }
}
