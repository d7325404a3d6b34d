package org.gabor.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.gabor.DeviceException;
import org.gabor.Gabor;
import org.gabor.data.Augment;
import org.gabor.data.BadImages;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.data.ImageSize;
import org.gabor.data.Loader;
import org.gabor.io.Json;
import org.gabor.nn.ModelSpec;
import org.gabor.train.Continuation;
import org.gabor.train.Device;
import org.gabor.train.EpochMetrics;
import org.gabor.train.Evaluation;
import org.gabor.train.Preprocessing;
import org.gabor.train.RunFolder;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingListener;
import org.gabor.train.TrainingRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gabor train}. */
@Command(name = "train", customSynopsis = "gabor train [--data DATA] [--model MODEL] [options]",
        header = "Trains a network.",
        description = {"%nWith no option: LeNet-5 on the built-in digits, on the best device there is. Settings",
                "that are not given come from the model's own recipe ('gabor models show MODEL').",
                "The best epoch is chosen on a part held out of the training data; the test data is looked at",
                "once, at the end. Everything is kept in a new folder, and runs/latest points at it."},
        footer = {"%nExamples:", "  gabor train",
                "  gabor train --data mnist:data/mnist --epochs 10 --seed 1",
                "  gabor train --data imagefolder:photos@32 --model resnet20 --lr 0.05 --warmup 1",
                "  gabor train --model net.yaml --optimizer adam --optimizer-args beta1=0.8,eps=1e-6",
                "  gabor train --config runs/latest/config.yaml --seed 2",
                "  gabor train --resume                            goes on with the latest run",
                "  gabor train --optimizer nesterov --momentum 0.95 --schedule cosine --device cpu --threads 2"})
final class TrainCommand implements Runnable {
    private final Console console;
    private Map<String, String> origins = Map.of();

    @ArgGroup(validate = false, heading = "%nData%n", order = 1)
    private final Data data = new Data();

    @ArgGroup(validate = false, heading = "%nModel%n", order = 2)
    private final Model model = new Model();

    @ArgGroup(validate = false, heading = "%nOptimiser (default: as the model's recipe says)%n", order = 3)
    private final RecipeOptions recipe = new RecipeOptions();

    @ArgGroup(validate = false, heading = "%nRun%n", order = 4)
    private final RunOptions run = new RunOptions();

    @ArgGroup(validate = false, heading = "%nDevice%n", order = 5)
    private final DeviceOptions device = new DeviceOptions();

    @ArgGroup(validate = false, heading = "%nOutput%n", order = 6)
    private final Output output = new Output();

    @Spec
    private @Nullable CommandSpec spec;

    /** What to train on. */
    static final class Data {
        @Option(names = "--data", paramLabel = "DATA",
                description = "digits (default), mnist:DIR, fashion-mnist:DIR, cifar10:DIR, cifar100:DIR,"
                        + " imagefolder:DIR, csv:FILE; see 'gabor data list'.")
        String spec = "digits";

        @Option(names = "--batch", paramLabel = "N", description = "Images a step; default: the recipe's.")
        @Nullable
        Integer batch;

        @Option(names = "--workers", paramLabel = "N",
                description = "Threads that read ahead where images do not fit into memory; default: one a processor.")
        int workers = Loader.usualWorkers();

        @Option(names = "--size", paramLabel = "SIZE",
                description = "Of an image folder: scales the shorter side and crops the longer, such as 224, 48x64 or"
                        + " 1x28x28 (grey).")
        @Nullable
        String size;

        @Option(names = "--input", paramLabel = "HOW",
                description = "What is done to pixels, fitted on the training part: scale (to 0 ... 1), mean (less the mean"
                        + " image), standard (mean 0, variance 1 a channel; default), pca or zca (whitening).")
        Preprocessing input = Preprocessing.STANDARD;

        @Option(names = "--augment", paramLabel = "HOW",
                description = "none, or light: random flips (not of characters), shifts, small turns and sizes, in training"
                        + " alone; default: the recipe's.")
        @Nullable
        Augment augment;

        @Option(names = "--on-bad-image", paramLabel = "WHAT",
                description = "What becomes of files of an image folder that cannot be decoded: fail (default), or skip, which"
                        + " names them and goes on without.")
        BadImages bad = BadImages.FAIL;

        @Option(names = "--val-split", paramLabel = "X",
                description = "Share of the training data held out to choose the best epoch, if the data has no"
                        + " validation part; default: 0.1.")
        double held = 0.1;
    }

    /** What to train. */
    static final class Model {
        @Option(names = "--model", paramLabel = "MODEL",
                description = "lenet5 (default), another of 'gabor models list', or a .yaml or .json file that describes a"
                        + " network (docs/networks.md).")
        String name = "lenet5";
    }

    /** What is shown. */
    static final class Output {
        @Option(names = "--progress", paramLabel = "HOW", description = "auto (default), bar, plain or none.")
        TrainProgress.Style progress = TrainProgress.Style.AUTO;

        @Option(names = "--json", description = "Prints the result as JSON.")
        boolean json;
    }

    TrainCommand(Console console) {
        this.console = console;
    }

    /** The run to go on with; if {@code named}, one of the same name. */
    Optional<Path> resumed(boolean named) {
        String set = data.spec.split(":", 2)[0];
        return run.resumed(named && run.resume != null ? Optional.of(run.name(Network.of(model.name), set)) : Optional.empty());
    }

    /** What was typed after {@code --resume}. */
    String typedResume() { return String.valueOf(run.resume); }

    /** The file with settings that were not typed, if there is one. */
    Optional<Path> configured(Optional<Path> resumed) { return run.configured(resumed); }

    /** Where options are from that were set, by name. */
    void origins(Map<String, String> of) { origins = of; }

    @Override
    public void run() {
        run.check();
        data.spec = Datasets.sized(data.spec, data.size);
        Optional<RunFolder> resumed = Optional.ofNullable(run.resume).map(RunFolder::new);
        if (resumed.isEmpty() || run.printConfig) {
            run(resumed);
            return;
        }
        try (var _ = resumed.get().lock()) {
            run(resumed);
        }
    }

    private void run(Optional<RunFolder> resumed) {
        Optional<Continuation> from = resumed.map(RunFolder::continuation);
        from.ifPresent(this::tellWhatIsOdd);
        Network network = from.map(c -> Network.of(c.last().spec())).orElseGet(() -> Network.of(model.name));
        recipe.over(network.recipe(), run.epochs, data.batch, data.augment); // mistakes in options show before any work is done
        if (run.printConfig) {
            DataParts parts = DataParts.open(data.spec, data.bad, data.held, run.seed, run.overfit);
            printConfig(settings(network, parts), network.name());
            return;
        }
        var report = new TrainReport(console, model.name, data.spec);
        try (Device opened = device.open(console, true)) {
            DataParts parts = DataParts.open(data.spec, data.bad, data.held, run.seed, run.overfit);
            console.note("data      " + text(parts) + " (" + Figures.seconds(report.done("prepare data")) + ")");
            parts.tellSkipped(console);
            RecipeOptions.Settings settings = settings(network, parts);
            if (settings.augment() != Augment.NONE) console.note("augment   " + text(settings.augment(), parts.train()));
            Trainer trainer = trainer(network, parts, settings).on(opened).listener(report);
            from.ifPresent(trainer::resume);
            if (run.dryRun) {
                tryOut(trainer, parts);
                return;
            }
            if (settings.batch() > parts.train().size())
                console.note("note: the batch is " + parts.train().size() + ", as there are no more images to train on");
            if (resumed.isPresent()) {
                train(trainer, parts, settings, resumed.get(), opened, report);
                return;
            }
            RunFolder folder = RunFolder.next(run.out, run.name(network, parts.name()));
            try (var _ = folder.lock()) {
                train(trainer, parts, settings, folder, opened, report);
            }
        }
    }

    private void tellWhatIsOdd(Continuation from) {
        if (!from.warning().isEmpty()) console.error("gabor: warning: " + from.warning());
        String then = from.last().engine().orElse("an early version");
        if (!then.equals(Gabor.version()))
            console.note("note: the checkpoint is by Gabor " + then + ", this is " + Gabor.version()
                    + "; the result may differ in the last digits from that of one version alone");
    }

    /** Not before it is sure that the training can begin, or go on: a run that it may not go on with stays as it was. */
    private void record(RunFolder folder, RecipeOptions.Settings settings, Device where, TrainingListener.Start start) {
        console.logTo(folder::log);
        folder.writeConfig(config(settings));
        folder.writeEnvironment(environment(where, start));
    }

    private void train(Trainer trainer, DataParts parts, RecipeOptions.Settings settings, RunFolder folder, Device where,
            TrainReport report) {
        trainer.listener(new TrainingListener() {
            @Override
            public void started(Start start) { record(folder, settings, where, start); }
        }).listener(folder).listener(new TrainProgress(console, output.progress, System::nanoTime));
        TrainingRun trained;
        try (var interruption = new Interruption(() -> console.note("stopping after this step; once more stops at once"))) {
            trained = trainer.stopWhen(interruption::isRequested).fit(parts.train(), parts.validation());
            report.done("train");
            report.ending(trained, folder);
        } catch (DeviceException e) {
            throw Files.exists(folder.last()) ? withCheckpoint(e, folder) : e;
        }
        if (trained.ending() == TrainingRun.Ending.INTERRUPTED) return; // the process is about to end
        DataParts.Part judge = parts.judge();
        Evaluation figures = trained.evaluate(judge.data());
        report.done("test");
        if (output.json) report.json(trained, folder, parts, figures);
        else report.text(trained, folder, parts, figures);
    }

    private static DeviceException withCheckpoint(DeviceException e, RunFolder folder) {
        return new DeviceException(e.getMessage() + ". The last checkpoint is " + folder.last()
                + "; go on with: ./gabor train --resume " + folder.path(), e);
    }

    /** One step and one batch of the validation part. */
    private void tryOut(Trainer trainer, DataParts parts) {
        TrainingRun tried = trainer.fit(parts.train(), parts.validation());
        EpochMetrics m = tried.history().getFirst();
        if (output.json) console.print(Json.of(Map.of("dry_run", m.byName())).pretty().stripTrailing());
        else console.print("dry run   one step: loss " + Figures.loss(m.trainLoss()) + ", "
                + Figures.bytes((long) (m.memory() * (1 << 20))) + " of the device's memory; nothing was written");
    }

    private Trainer trainer(Network network, DataParts parts, RecipeOptions.Settings settings) {
        ModelSpec spec = network.build(size(parts), parts.train().classes().size());
        spec.checkFits(parts.train());
        return run.over(Trainer.of(spec).rule(settings.rule()).schedule(settings.schedule())
                .epochs(run.dryRun ? 1 : settings.epochs()).batch(settings.batch()).input(this::fit).augment(settings.augment())
                .workers(data.workers));
    }

    private RecipeOptions.Settings settings(Network network, DataParts parts) {
        ModelSpec spec = network.build(size(parts), parts.train().classes().size());
        return recipe.over(Network.recipe(spec), run.epochs, data.batch, data.augment);
    }

    private void printConfig(RecipeOptions.Settings settings, String name) {
        var printed = new PrintedConfig(config(settings), Objects.requireNonNull(spec), origins, name);
        console.print(output.json ? Json.of(printed.json()).pretty().stripTrailing() : printed.text());
    }

    private Map<String, Object> config(RecipeOptions.Settings settings) {
        var c = new LinkedHashMap<String, Object>();
        c.put("model", model.name);
        c.put("data", data.spec);
        c.put("val_split", data.held);
        if (data.bad != BadImages.FAIL) c.put("on_bad_image", data.bad.label());
        c.put("input", data.input.label());
        c.putAll(settings.config());
        c.putAll(run.config());
        c.putAll(device.config());
        return c;
    }

    private Preprocessing.Fitted fit(Dataset train) {
        long start = System.nanoTime();
        Preprocessing.Fitted fitted = data.input.fit(train);
        console.note("input     " + data.input.label() + ", fitted on " + Figures.count(train.size(), "image") + " in "
                + Figures.seconds((System.nanoTime() - start) / 1e9));
        return fitted;
    }

    private Map<String, Object> environment(Device device, TrainingListener.Start start) {
        var e = new LinkedHashMap<String, Object>(Environment.facts());
        if (spec != null) e.put("command", spec.commandLine().getParseResult().originalArgs());
        e.put("started", Instant.now().toString());
        e.put("folder", Path.of("").toAbsolutePath().toString());
        e.put("device", device.name());
        e.put("device_reason", device.reason());
        e.put("device_summary", device.info().summary());
        e.put("device_details", device.info().details());
        if (!start.algorithms().isEmpty()) e.put("algorithms", start.algorithms());
        return e;
    }

    private String text(DataParts parts) {
        return data.spec + ", " + size(parts) + ", " + parts.train().classes().size() + " classes: "
                + Figures.count(parts.train().size()) + " to train on" + part(parts.validation(), "to validate")
                + part(parts.test(), "to test");
    }

    private static String text(Augment augment, Dataset train) {
        boolean flips = augment.limits(train.classes()).flip() > 0;
        return augment.label() + (flips ? "" : "; the classes are characters, so nothing is mirrored");
    }

    private static ImageSize size(DataParts parts) {
        return new ImageSize(parts.train().channels(), parts.train().height(), parts.train().width());
    }

    private static String part(Optional<Dataset> part, String use) {
        return part.map(d -> ", " + Figures.count(d.size()) + " " + use).orElse("");
    }
}
