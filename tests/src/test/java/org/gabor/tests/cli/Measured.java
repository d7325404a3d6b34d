package org.gabor.tests.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gabor.cli.Main;
import org.gabor.tests.crash.Child;

/**
 * A command in a JVM of its own, on a class path that holds that of the launcher, and what it cost.
 *
 * @param cli how it ended
 * @param figures what it took
 */
record Measured(Cli cli, Figures figures) {
    private static final long SECONDS = 60;

    /** The most memory that the process held, and the time that its threads were on a processor. */
    record Figures(long bytes, long nanos) {}

    /** Runs a command; the folder is for what it prints. */
    static Measured run(List<String> words, Path folder) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", ""), err = Files.createTempFile(folder, "err", ""),
                figures = Files.createTempFile(folder, "figures", "");
        try {
            var command = new ArrayList<>(Child.java(Measured.class));
            command.add(figures.toString());
            command.addAll(words);
            Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running after " + SECONDS + " s: " + words);
            }
            List<String> lines = Files.readAllLines(figures);
            return new Measured(new Cli(process.exitValue(), Files.readString(out), Files.readString(err)),
                    new Figures(Long.parseLong(lines.get(0)), Long.parseLong(lines.get(1))));
        } finally {
            for (Path file : List.of(out, err, figures)) Files.delete(file);
        }
    }

    /** Arguments: the file for the figures, and a command. */
    public static void main(String[] args) {
        Path figures = Path.of(args[0]);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> write(figures)));
        Main.main(List.of(args).subList(1, args.length).toArray(String[]::new));
    }

    private static void write(Path file) {
        try {
            String peak = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith("VmHWM:"))
                    .findFirst().orElseThrow().replaceAll("[^0-9]", "");
            var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            Files.writeString(file, 1024 * Long.parseLong(peak) + "\n" + system.getProcessCpuTime() + "\n");
        } catch (IOException e) {
            Runtime.getRuntime().halt(1);
        }
    }
}
