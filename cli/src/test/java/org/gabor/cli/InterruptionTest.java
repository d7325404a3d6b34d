package org.gabor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals to a process that has something to save. */
class InterruptionTest {
    @TempDir
    Path dir = Path.of("");

    /** Says what happens to it, and takes its time. */
    static final class Busy {
        private Busy() {}

        /** Argument: milliseconds from the first signal until all is saved. */
        public static void main(String[] args) throws Exception {
            try (var interruption = new Interruption(() -> say("asked"))) {
                say("begun");
                while (!interruption.isRequested()) Thread.sleep(1);
                Thread.sleep(Long.parseLong(args[0]));
                say("saved");
            }
        }

        private static void say(String word) {
            System.out.println(word);
            System.out.flush();
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "HUP, 129"})
    void theFirstSignalLetsItFinish(String signal, int code) throws Exception {
        assumeFalse(isIgnored(code - 128), "SIG" + signal + " is ignored by all that was started from here, as nohup has it");
        Process process = start("50");
        await("begun", process);
        kill(signal, process);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(code);
        assertThat(text()).isEqualTo("begun\nasked\nsaved\n");
    }

    @Test
    void theSecondSignalEndsItAtOnce() throws Exception {
        Process process = start("600000");
        await("begun", process);
        kill("TERM", process);
        await("asked", process);
        Thread.sleep(2_000); // until the second signal has its own meaning
        assertThat(process.isAlive()).isTrue();
        kill("TERM", process);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(text()).isEqualTo("begun\nasked\n");
    }

    private static boolean isIgnored(int signal) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(l -> l.startsWith("SigIgn:")).map(l -> l.substring(l.indexOf('\t') + 1))
                    .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) >> signal - 1 & 1) == 1);
        }
    }

    private Process start(String millis) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Busy.class.getName(), millis)
                .redirectErrorStream(true).redirectOutput(dir.resolve("out.txt").toFile()).start();
    }

    private void await(String word, Process process) throws Exception {
        while (!text().contains(word + "\n")) {
            assertThat(process.isAlive()).as(text()).isTrue();
            Thread.sleep(5);
        }
    }

    private String text() throws IOException { return Files.readString(dir.resolve("out.txt")); }

    private static void kill(String signal, Process process) throws Exception {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    }
}
