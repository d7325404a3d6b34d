package org.gabor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.gabor.UsageException;
import org.gabor.train.Monitor;
import org.gabor.train.RunFolder;
import org.gabor.train.Trainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long a training lasts, and where it is kept. */
final class RunOptions {
    /** {@link OptionSources} looks at it before options are read. */
    @Option(names = "--config", paramLabel = "FILE",
            description = "Options from a YAML file such as a run's config.yaml, a line an option: 'epochs: 10'."
                    + " Those given here go before.")
    @Nullable
    Path config;

    @Option(names = "--epochs", paramLabel = "N",
            description = "Passes over the training data; default: the recipe's.")
    @Nullable
    Integer epochs;

    @Option(names = "--max-time", paramLabel = "TIME",
            description = "Ends the training after this time, such as 90s, 10m or 2h; --resume goes on.")
    @Nullable
    Duration maxTime;

    @Option(names = "--patience", paramLabel = "N",
            description = "Ends the training when so many epochs in a row were not better than the best; default: never.")
    int patience;

    @Option(names = "--monitor", paramLabel = "FIGURE",
            description = "What tells the best epoch: val/acc1 (default), val/loss, train/acc1 or train/loss.")
    @Nullable
    Monitor monitor;

    @Option(names = "--seed", paramLabel = "N",
            description = "Decides first weights, order of images and held-out part; default: 0.")
    long seed;

    /** {@link OptionSources} puts the run's folder here if none is named. */
    @Option(names = "--resume", paramLabel = "RUN", arity = "0..1", fallbackValue = "",
            description = "Goes on with a run, to the same result as if it had not been interrupted; without RUN the latest"
                    + " one of the same name.")
    @Nullable
    Path resume;

    @Option(names = "--out", paramLabel = "DIR", description = "Where run folders are made; default: runs.")
    Path out = Path.of("runs");

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the run folder; default: MODEL-DATA.")
    @Nullable
    String name;

    @Option(names = "--save-every", paramLabel = "TIME",
            description = "How often what --resume needs is saved within an epoch, such as 30s; default: 60s.")
    Duration saveEvery = Duration.ofMinutes(1);

    @Option(names = "--limit-batches", paramLabel = "N",
            description = "At most so many steps an epoch, and batches of the validation part; default: all.")
    int limitBatches;

    @Option(names = "--overfit", paramLabel = "N",
            description = "Trains on N images only and judges by them: a network that cannot learn them by heart has a flaw.")
    int overfit;

    @Option(names = "--diagnostics",
            description = "Shows and keeps, every epoch, how large weights, gradients and updates are in each layer.")
    boolean diagnostics;

    @Option(names = "--dry-run", description = "Makes one step and writes nothing: are data, model and memory all right?")
    boolean dryRun;

    @Option(names = "--print-config", description = "Prints all settings and where each is from, and does nothing else.")
    boolean printConfig;

    /**
     * Checks what can be checked at once.
     *
     * @throws UsageException if a setting makes no sense
     */
    void check() {
        if (name != null && !name.matches("[\\w-][\\w.-]*"))
            throw new UsageException("--name is the name of a folder: letters, digits, '.', '_' and '-', got '" + name + "'");
        if (patience < 0) throw new UsageException("--patience must be 0 or more epochs, got " + patience);
        if (limitBatches < 0) throw new UsageException("--limit-batches must be 0 or more, got " + limitBatches);
        if (overfit < 0) throw new UsageException("--overfit is a number of images, got " + overfit);
        if (dryRun && resume != null)
            throw new UsageException("--dry-run begins a training, --resume goes on with one: leave one out");
    }

    /**
     * The folder of the run to go on with, if that is what is wanted.
     *
     * @param usual the name of its folder if none is given; empty if any will do
     * @throws UsageException if there is none
     */
    Optional<Path> resumed(Optional<String> usual) {
        if (resume == null) return Optional.empty();
        boolean isNamed = !resume.toString().isEmpty();
        Path run = isNamed ? Saved.followLatest(resume)
                : usual.map(n -> RunFolder.latest(out, n).map(RunFolder::path).orElse(out.resolve(n)))
                        .orElseGet(() -> Saved.followLatest(out.resolve("latest")));
        if (!Files.isDirectory(run))
            throw new UsageException("--resume found no run " + run + "; name its folder: --resume runs/lenet5-digits/001");
        return Optional.of(real(run));
    }

    /** The folder behind {@code runs/latest}, which may point elsewhere later. */
    private static Path real(Path run) {
        try {
            return Files.isSymbolicLink(run) ? run.resolveSibling(Files.readSymbolicLink(run)).normalize() : run;
        } catch (IOException e) {
            throw new UsageException("cannot read " + run + ": " + e, e);
        }
    }

    /** The file with settings that were not typed. */
    Optional<Path> configured(Optional<Path> run) {
        if (run.isPresent() && config != null)
            throw new UsageException("--resume goes on with the settings of the run; leave out --config");
        return run.map(r -> r.resolve("config.yaml")).or(() -> Optional.ofNullable(config));
    }

    /** The name of the folder of the run's folders. */
    String name(Network network, String data) { return name == null ? network.folder() + "-" + data : name; }

    /** What affects the result, under the names that {@code --config} reads; what is not set is left out. */
    Map<String, Object> config() {
        var c = new LinkedHashMap<String, Object>();
        c.put("seed", seed);
        if (patience > 0) c.put("patience", patience);
        if (monitor != null) c.put("monitor", monitor.label());
        if (limitBatches > 0) c.put("limit_batches", limitBatches);
        if (overfit > 0) c.put("overfit", overfit);
        return c;
    }

    /** Hands the settings to a trainer. */
    Trainer over(Trainer trainer) {
        if (maxTime != null) trainer.maxTime(maxTime);
        if (monitor != null) trainer.monitor(monitor);
        return trainer.seed(seed).saveEvery(saveEvery).patience(patience).limitBatches(dryRun ? 1 : limitBatches)
                .diagnose(diagnostics);
    }
}
