package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gabor.io.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which kernels a run uses is said and recorded, since the last bits of its weights depend on them. */
class KernelsTest {
    @TempDir
    Path dir;

    /** How a process ended and what it said. */
    private record Ended(int exitCode, String said) {}

    @Test
    void whereExecutableMemoryIsRefusedJavaTrainsAndSaysWhy() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                "machine code is for Linux on x86-64");
        // the JVM's own code cache, which grows by executable memory, has its size from the start
        Ended ended = gabor(List.of("-XX:InitialCodeCacheSize=64m", "-XX:ReservedCodeCacheSize=64m"),
                WithoutExecutableMemory.class.getName(),
                List.of("train", "--epochs", "1", "--device", "cpu", "--out", dir.toString()));
        assumeTrue(ended.exitCode != WithoutExecutableMemory.UNKNOWN, "the kernel knows no PR_SET_MDWE (Linux 6.3)");
        assertThat(ended.exitCode).as(ended.said).isZero();
        assertThat(ended.said).contains("Java kernels: the system refuses executable memory").contains("result    test accuracy");
        Json.Obj details = environment().get("device_details").orElseThrow().object("device_details");
        assertThat(details.get("kernels").orElseThrow().string("kernels")).isEqualTo("Java");
        assertThat(details.get("no machine code").orElseThrow().string("no machine code"))
                .isEqualTo("the system refuses executable memory");
    }

    @Test
    void kernelsThatThereAreNotAreAMistakeOfUsage() throws Exception {
        for (String command : List.of("train", "doctor")) {
            Ended ended = gabor(List.of("-Dgabor.cpu.emitter=sse"), "org.gabor.cli.Main", List.of(command));
            assertThat(ended.said).contains("-Dgabor.cpu.emitter=sse: expected avx512, avx2 or java");
            assertThat(ended.exitCode).isEqualTo(2);
        }
    }

    @Test
    void theDoctorNamesTheKernels() {
        Cli doctor = Cli.run("doctor");
        assertThat(doctor.out()).containsPattern("device cpu: can be used: .* (AVX-512|AVX2|Java) kernels")
                .containsPattern("  kernels: (AVX-512|AVX2|Java)");
    }

    private Json.Obj environment() throws IOException {
        return Json.parse(Files.readString(dir.resolve("lenet5-digits/001/env.json"))).object("env");
    }

    private static Ended gabor(List<String> options, String main, List<String> arguments) throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(main);
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }
}
