package org.gabor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.gabor.UsageException;
import org.gabor.data.ImageSize;
import org.gabor.io.Json;
import org.gabor.io.TextTable;
import org.gabor.models.Recipe;
import org.gabor.nn.ModelSpec;
import org.gabor.spi.Peak;
import org.gabor.train.Device;
import org.gabor.train.LearningRule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gabor bench}. */
@Command(name = "bench", customSynopsis = "gabor bench [--model MODEL] [options]",
        header = "Measures how fast a network trains and predicts, and where the time goes.",
        description = {"%nOn a batch of random pixels: images a second, the time of every step of the plan, and what share",
                "that is of what the device does at best, which is measured too. The first figures are of a cold",
                "start: the first step counts from the start of the process."},
        footer = {"%nExamples:", "  gabor bench", "  gabor bench --model resnet20-b --batch 128 --device cpu --threads 2",
                "  gabor bench --model net.yaml --input 3x64x64 --inference --json"})
final class BenchCommand implements Runnable {
    private final Console console;

    @Option(names = "--model", paramLabel = "MODEL",
            description = "A name from 'gabor models list', or a .yaml or .json file that describes a network; default: lenet5.")
    private String model = "lenet5";

    @Option(names = "--input", paramLabel = "CxHxW",
            description = "Size of an image; default: what the network was made for, or its file says.")
    private @Nullable String input;

    @Option(names = "--classes", paramLabel = "N", description = "Number of classes; default: 10, or what the file says.")
    private @Nullable Integer classes;

    @Option(names = "--batch", paramLabel = "N", description = "Images a step; default: the recipe's.")
    private @Nullable Integer batch;

    @Option(names = "--steps", paramLabel = "N",
            description = "Steps to time, at most; the first half, or the first 100, are to warm up. Default: 200.")
    private int steps = 200;

    @Option(names = "--seconds", paramLabel = "S",
            description = "Seconds for training and for inference, at most; default: 60.")
    private double seconds = 60;

    @Option(names = "--inference", description = "Leaves training out.")
    private boolean inference;

    @Option(names = "--json", description = "Prints JSON, with every step of the plan.")
    private boolean json;

    @Mixin
    private final DeviceOptions device = new DeviceOptions();

    BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (steps < 1) throw new UsageException("--steps must be at least 1, got " + steps);
        if (!(seconds > 0)) throw new UsageException("--seconds must be above 0, got " + seconds);
        ModelSpec spec = Network.of(model).build(input == null ? null : ImageSize.parse(input), classes);
        Recipe recipe = Network.recipe(spec);
        int images = Objects.requireNonNullElse(batch, recipe.batch());
        if (images < 1) throw new UsageException("--batch must be at least 1, got " + images);
        try (Device where = device.open(console, false)) {
            console.note("model     " + spec.name() + ", batch of " + images);
            var start = new ColdStart();
            var results = new ArrayList<BenchResult>();
            if (!inference) {
                LearningRule rule = LearningRule.of(recipe.optimizer());
                results.add(measure(where, () -> BenchRun.training(where.backend(), spec, rule, images), start));
            }
            results.add(measure(where, () -> BenchRun.inference(where.backend(), spec, images), start));
            Peak peak = where.info().simulated() ? Peak.UNKNOWN : where.backend().peak();
            Optional<StepTimes> training = inference ? Optional.empty() : Optional.of(results.getFirst().times());
            console.print(json ? json(where, spec, images, peak, start, training, results)
                    : text(where, peak, start, training, results));
        }
    }

    /** Makes a run. */
    private interface Maker {
        BenchRun make();
    }

    /** Seconds from the start of the process to the end of the first step of all. */
    private static final class ColdStart {
        /** Of the fields of /proc/self/stat behind the name, the start in ticks since the system booted. */
        private static final int START_TIME = 19;
        private static final double TICKS_A_SECOND = 100;

        private double seconds;

        void stepDone() {
            if (seconds > 0) return;
            seconds = Math.max(sinceStart(), Double.MIN_NORMAL);
        }

        /** Linux counts both since it booted; the time of day at the start, which others tell, is off by up to a second there. */
        private static double sinceStart() {
            try {
                String stat = Files.readString(Path.of("/proc/self/stat")), uptime = Files.readString(Path.of("/proc/uptime"));
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                return Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')))
                        - Long.parseLong(fields[START_TIME]) / TICKS_A_SECOND;
            } catch (IOException _) {
                Instant began = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
                return Duration.between(began, Instant.now()).toNanos() / 1e9;
            }
        }
    }

    private BenchResult measure(Device where, Maker maker, ColdStart start) {
        try (BenchRun run = maker.make()) {
            StepTimes times = run.run(steps, seconds, done -> {
                start.stepDone();
                if (console.replacesLines()) console.status(run.name() + ": step " + done + " of " + steps);
            });
            return new BenchResult(run.name(), run.batch(), run.plan(), times, run.profile(seconds / 4),
                    where.info().simulated());
        }
    }

    private static String text(Device where, Peak peak, ColdStart start, Optional<StepTimes> training,
            List<BenchResult> results) {
        var facts = new StringBuilder("device      ").append(where.info().summary());
        if (where.info().simulated())
            facts.append(String.format(Locale.ROOT, "%ntimes       of a stand-in for tests, which say nothing about any device"));
        if (peak.flops() > 0)
            facts.append(String.format(Locale.ROOT, "%npeak        %.0f GFLOP/s (fused multiply-adds, f32), %.1f GB/s read",
                    peak.flops() / 1e9, peak.bytes() / 1e9));
        facts.append(String.format(Locale.ROOT, "%nfirst step  %.2f s after the process's start", start.seconds));
        training.ifPresent(t -> t.warmUp().ifPresent(
                lost -> facts.append(String.format(Locale.ROOT, "%nwarm-up     %.2f s lost in the first 50 steps", lost))));
        var table = new TextTable(List.of("", ">img/s", ">ms a step", ">fastest", ">90% within", ">steps", ">GFLOP/s",
                ">of peak"));
        results.forEach(r -> r.row(table, peak));
        facts.append("\n\n").append(table.text());
        results.forEach(r -> facts.append('\n').append(r.steps(peak)).append('\n'));
        return facts.toString().stripTrailing();
    }

    private static String json(Device where, ModelSpec spec, int images, Peak peak, ColdStart start,
            Optional<StepTimes> training, List<BenchResult> results) {
        var all = new LinkedHashMap<String, Object>();
        all.put("gabor", Environment.gabor());
        all.put("java", Environment.java());
        all.put("device", Map.of("name", where.name(), "summary", where.info().summary(), "details", where.info().details()));
        if (where.info().simulated()) all.put("simulated", true);
        all.put("model", spec.name());
        all.put("input", List.of(spec.channels(), spec.height(), spec.width()));
        all.put("classes", spec.classes());
        all.put("batch", images);
        if (peak.flops() > 0)
            all.put("peak", Map.of("gflops_s", peak.flops() / 1e9, "gb_s", peak.bytes() / 1e9));
        all.put("first_step_s", start.seconds);
        training.ifPresent(t -> t.warmUp().ifPresent(lost -> all.put("warm_up_s", lost)));
        results.forEach(r -> all.put(r.name(), r.json(peak)));
        return Json.of(all).pretty().stripTrailing();
    }
}
