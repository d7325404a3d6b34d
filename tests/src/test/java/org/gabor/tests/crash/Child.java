package org.gabor.tests.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Another JVM on the class path of the tests.
 *
 * @param process the JVM
 * @param output what it prints, results and notes together
 */
public record Child(Process process, Path output) {
    private static final long SECONDS = 300;

    /** A signal, and the exit code of a process that it ended. */
    enum Signal {
        INT(130), KILL(137), TERM(143);

        final int exitCode;

        Signal(int exitCode) {
            this.exitCode = exitCode;
        }
    }

    /** Starts a main class. */
    static Child start(Path output, Class<?> main, List<String> arguments) throws IOException {
        var words = java(main);
        words.addAll(arguments);
        return run(output, words);
    }

    /** The same where no file can be larger than so many KiB. */
    static Child startLimited(Path output, int blocks, Class<?> main, List<String> arguments) throws IOException {
        var words = new ArrayList<>(List.of("bash", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "bash"));
        words.addAll(java(main));
        words.addAll(arguments);
        return run(output, words);
    }

    private static Child run(Path output, List<String> words) throws IOException {
        return new Child(new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile()).start(), output);
    }

    /** The words that start a main class. */
    public static List<String> java(Class<?> main) {
        return new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), main.getName()));
    }

    void send(Signal signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).redirectErrorStream(true).start().waitFor();
    }

    /** Waits until it has ended, and returns its exit code. */
    int exitCode() throws InterruptedException {
        if (process.waitFor(SECONDS, TimeUnit.SECONDS)) return process.exitValue();
        process.destroyForcibly();
        throw new AssertionError("still running after " + SECONDS + " s");
    }

    String text() throws IOException { return Files.readString(output); }

    /** False if the tests run in the background of a shell that keeps Ctrl-C from them, and so from this process. */
    static boolean hearsInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) return true;
        String ignored = Files.readAllLines(status).stream().filter(l -> l.startsWith("SigIgn:")).findFirst()
                .map(l -> l.substring("SigIgn:".length()).strip()).orElse("0");
        return (Long.parseUnsignedLong(ignored, 16) & 2) == 0;
    }
}
