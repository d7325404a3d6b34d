package org.gabor.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gabor.QualityGateException;
import org.gabor.UsageException;
import org.gabor.data.BadImages;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.io.Json;
import org.gabor.nn.ModelSpec;
import org.gabor.train.Device;
import org.gabor.train.Evaluation;
import org.gabor.train.TrainingRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gabor eval}. */
@Command(name = "eval", customSynopsis = "gabor eval MODEL [--data DATA] [options]",
        header = "Shows how good a model is, class by class.",
        description = {"%nThe figure is the one that 'gabor train' ended with: the same data, the same part of it."},
        footer = {"%nExamples:", "  gabor eval runs/latest", "  gabor eval best.safetensors --data mnist:data/mnist",
                "  gabor eval runs/latest --min-acc1 0.98        exit code 6 if it is worse"})
final class EvalCommand implements Runnable {
    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "A run folder such as runs/latest, or a .safetensors file.")
    private Path model = Path.of("");

    @Option(names = "--data", paramLabel = "DATA",
            description = "A data set as for 'gabor train'; default: the one the model was trained on.")
    private @Nullable String data;

    @Option(names = "--on-bad-image", paramLabel = "WHAT",
            description = "What becomes of files of an image folder that cannot be decoded: fail or skip;"
                    + " default: as in the training.")
    private @Nullable BadImages bad;

    @Option(names = "--split", paramLabel = "PART",
            description = "train, val or test; default: test, or val if there is no test part.")
    private @Nullable Part part;

    @Option(names = "--min-acc1", paramLabel = "X",
            description = "Ends with exit code 6 if the accuracy, 0 to 1, is below this.")
    private @Nullable Double least;

    @Option(names = "--json", description = "Prints the result as JSON.")
    private boolean json;

    @Mixin
    private final DeviceOptions device = new DeviceOptions();

    /** Parts of a data set. */
    enum Part {
        TRAIN, VAL, TEST
    }

    EvalCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (least != null && !(least >= 0 && least <= 1))
            throw new UsageException("--min-acc1 is a share from 0 to 1 such as 0.98, got " + least);
        Saved saved = Saved.load(model);
        String spec = data != null ? data : Optional.ofNullable(saved.config().get("data")).map(v -> v.string("data"))
                .orElseThrow(() -> new UsageException("which data? " + saved.file()
                        + " lies in no run folder; add --data, for example --data digits"));
        try (Device where = device.open(console, false)) {
            DataParts parts = open(fitting(spec, saved.model().spec()), saved.config());
            DataParts.Part judge = part == null ? parts.judge() : choose(parts, part, spec);
            console.note("model     " + saved.file());
            console.note("data      " + spec + ", " + judge.name() + " part, "
                    + Figures.count(judge.data().size(), "image"));
            parts.tellSkipped(console);
            Evaluation e = TrainingRun.evaluate(where, saved.model(), judge.data());
            List<String> classes = judge.data().classes();
            console.print(json ? json(saved, spec, judge, e, classes) : text(judge, e, classes));
            if (least != null && e.top1() < least)
                throw new QualityGateException("accuracy " + Figures.percent(e.top1()) + " is below "
                        + Figures.percent(least) + ", which --min-acc1 asks for");
        }
    }

    /** The data as it was cut when the model was trained. */
    private DataParts open(String spec, Map<String, Json> config) {
        double share = Optional.ofNullable(config.get("val_split")).map(v -> v.number("val_split")).orElse(0.0);
        long seed = Optional.ofNullable(config.get("seed")).map(v -> (long) v.number("seed")).orElse(0L);
        int few = Optional.ofNullable(config.get("overfit")).map(v -> v.integer("overfit")).orElse(0);
        BadImages damaged = bad != null ? bad
                : config.containsKey("on_bad_image") && isFolder(spec) ? BadImages.SKIP : BadImages.FAIL;
        return DataParts.open(spec, damaged, share, seed, few);
    }

    private static boolean isFolder(String spec) { return spec.startsWith("imagefolder:"); }

    /** An image folder that says no size gets that of the model's images. */
    private static String fitting(String spec, ModelSpec m) {
        return isFolder(spec) && !spec.matches(".*@[0-9x]+")
                ? Datasets.sized(spec, m.channels() + "x" + m.height() + "x" + m.width()) : spec;
    }

    private static DataParts.Part choose(DataParts parts, Part part, String spec) {
        Optional<Dataset> chosen = switch (part) {
            case TRAIN -> Optional.of(parts.train());
            case VAL -> parts.validation();
            case TEST -> parts.test();
        };
        String name = switch (part) {
            case TRAIN -> "training";
            case VAL -> "validation";
            case TEST -> "test";
        };
        return new DataParts.Part(name,
                chosen.orElseThrow(() -> new UsageException("data set " + spec + " has no " + name + " part")));
    }

    private static String text(DataParts.Part judge, Evaluation e, List<String> classes) {
        return "result    " + EvaluationText.headline(judge.name(), e) + "\ntop 5     " + Figures.percent(e.top5())
                + "\n\n" + EvaluationText.details(e, classes).stripTrailing();
    }

    private static String json(Saved saved, String spec, DataParts.Part judge, Evaluation e, List<String> classes) {
        var result = new LinkedHashMap<String, Object>();
        result.put("model", saved.file().toString());
        result.put("data", spec);
        result.put("part", judge.name());
        result.putAll(EvaluationText.figures(e, classes));
        return Json.of(result).pretty().stripTrailing();
    }
}
