package org.gabor.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.gabor.io.TextTable;

/**
 * Runs Gabor and its peers in turns, each in a Java process of its own, several rounds, and prints for every workload the
 * median of the rounds, the worst, and Gabor's median over that of the fastest peer. {@code Compare ROUNDS THREADS SECONDS
 * WORKLOAD...}; the properties of this process named {@code gabor.*} are handed on to Gabor.
 */
final class Compare {
    private static final Path JEMALLOC = Path.of("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2");

    private final String threads;
    private final String seconds;
    private final List<Workload> workloads;
    /** Milliseconds by workload and peer, one a round. */
    private final Map<String, Map<String, List<Double>>> times = new LinkedHashMap<>();

    /** What a peer says of itself. */
    private final Map<String, String> about = new LinkedHashMap<>();

    private Compare(String threads, String seconds, List<Workload> workloads) {
        this.threads = threads;
        this.seconds = seconds;
        this.workloads = workloads;
    }

    /** Compares. */
    public static void main(String[] args) throws IOException, InterruptedException {
        String[] words = Arrays.copyOfRange(args, 3, args.length);
        var compare = new Compare(args[1], args[2], Workload.named(words));
        if (compare.workloads.isEmpty()) {
            System.err.println("no workload begins with " + String.join(", ", words) + "; there are "
                    + String.join(", ", Workload.all().stream().map(Workload::name).toList()));
            System.exit(2);
        }
        int rounds = Integer.parseInt(args[0]);
        System.out.println("processor  " + processor() + "\nthreads    " + args[1] + "\nrounds     " + rounds);
        for (int round = 1; round <= rounds; round++) {
            System.err.println("round " + round + " of " + rounds);
            compare.round();
        }
        compare.print();
    }

    private void round() throws IOException, InterruptedException {
        List<String> all = workloads.stream().map(Workload::name).toList();
        run("gabor", "GaborPeer", List.of(threads, seconds), all);
        run("libtorch nhwc", "LibTorchPeer", List.of("nhwc", threads, seconds), all);
        run("libtorch nchw", "LibTorchPeer", List.of("nchw", threads, seconds), all);
        List<String> inference = workloads.stream().filter(w -> w instanceof Workload.Infer).map(Workload::name).toList();
        if (!inference.isEmpty()) run("onnxruntime", "OnnxRuntimePeer", List.of(threads, seconds), inference);
    }

    private void run(String peer, String program, List<String> settings, List<String> names)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java"), "-Xmx2g",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        System.getProperties().stringPropertyNames().stream().filter(n -> n.startsWith("gabor.")).sorted()
                .forEach(n -> command.add("-D" + n + "=" + System.getProperty(n)));
        command.add("org.gabor.peers." + program);
        command.addAll(settings);
        command.addAll(names);
        var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        if (peer.startsWith("libtorch")) tune(process.environment());
        Process started = process.start();
        try (var lines = started.inputReader()) {
            lines.lines().forEach(l -> take(peer, l, names));
        }
        if (started.waitFor() != 0) throw new IOException(peer + " failed: " + String.join(" ", command));
    }

    /** A line is {@code # } and what the peer says of itself, or a workload and milliseconds. */
    private void take(String peer, String line, List<String> names) {
        if (line.startsWith("# ")) about.put(peer, line.substring(2));
        String[] words = line.split(" ");
        if (!names.contains(words[0])) return;
        times.computeIfAbsent(words[0], _ -> new LinkedHashMap<>()).computeIfAbsent(peer, _ -> new ArrayList<>())
                .add(Double.parseDouble(words[1]));
    }

    /** As those who know libtorch run it: another allocator, threads that wait a little for the next work. */
    private void tune(Map<String, String> environment) {
        environment.put("OMP_NUM_THREADS", threads);
        environment.put("OPENBLAS_THREAD_TIMEOUT", "4");
        if (!Files.exists(JEMALLOC)) return;
        environment.put("LD_PRELOAD", JEMALLOC.toString());
        environment.put("MALLOC_CONF", "thp:always,metadata_thp:always,dirty_decay_ms:-1,muzzy_decay_ms:-1");
    }

    private void print() {
        about.forEach((peer, text) -> System.out.println(peer + "      " + text));
        if (!Files.exists(JEMALLOC))
            System.out.println("note       without jemalloc (libjemalloc2) libtorch is slower than it can be");
        var table = new TextTable(List.of("workload", "program", ">median ms", ">worst ms", ">GFLOP/s", ">gabor / fastest"));
        for (Workload w : workloads) {
            Map<String, List<Double>> peers = Objects.requireNonNull(times.get(w.name()));
            double fastest = peers.entrySet().stream().filter(p -> !p.getKey().equals("gabor"))
                    .mapToDouble(p -> median(p.getValue())).min().orElseThrow();
            peers.forEach((peer, t) -> table.row(w.name(), peer, text(median(t)),
                    text(t.stream().mapToDouble(d -> d).max().orElseThrow()),
                    w instanceof Workload.Convolution c ? text(c.flops() / median(t) / 1e6) : "",
                    peer.equals("gabor") ? text(median(t) / fastest) : ""));
        }
        System.out.println();
        System.out.print(table.text());
    }

    private static double median(List<Double> of) {
        double[] sorted = of.stream().mapToDouble(d -> d).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static String text(double v) { return String.format(Locale.ROOT, "%.3f", v); }

    private static String processor() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("model name")).map(l -> l.substring(l.indexOf(':') + 1).strip()).findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }
}
