package org.gabor.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.gabor.UsageException;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.compile.PlanText;
import org.gabor.data.ImageSize;
import org.gabor.io.Json;
import org.gabor.io.TextTable;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Summary;
import org.gabor.train.Device;
import org.gabor.train.LearningRule;
import org.gabor.train.Scaling;
import org.gabor.train.TrainedModel;
import org.gabor.train.TrainingGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gabor summary}. */
@Command(name = "summary", customSynopsis = "gabor summary MODEL [options]",
        header = "Shows a network layer by layer: shapes, parameters, multiplications, memory.",
        description = "%nWith --plan also how a training step runs: what is computed in which order, and where it"
                + " lies.",
        footer = {"%nExamples:", "  gabor summary lenet5", "  gabor summary resnet20 --input 3x64x64 --classes 100",
                "  gabor summary net.yaml --input 1x28x28 --classes 10",
                "  gabor summary lenet5 --plan --batch 128 --device cpu --optimizer adam"})
final class SummaryCommand implements Runnable {
    private final Console console;

    @Parameters(paramLabel = "MODEL",
            description = "A name from 'gabor models list', a .yaml or .json file that describes a network, a run folder, or a"
                    + " .safetensors file.")
    private String model = "";

    @Option(names = "--input", paramLabel = "CxHxW",
            description = "Size of an image; default: what the network was made for, or its file says.")
    private @Nullable String input;

    @Option(names = "--classes", paramLabel = "N", description = "Number of classes; default: 10, or what the file says.")
    private @Nullable Integer classes;

    @Option(names = "--batch", paramLabel = "N",
            description = "Images a step, for the memory figures and the plan; default: the recipe's.")
    private @Nullable Integer batch;

    @Option(names = "--plan", description = "Shows the plan of a training step on the device.")
    private boolean plan;

    @Option(names = "--json", description = "Prints the layers as JSON.")
    private boolean json;

    @Mixin
    private final DeviceOptions device = new DeviceOptions();

    @ArgGroup(validate = false, heading = "%nOptimiser, for the plan (default: as the model's recipe says)%n")
    private final RecipeOptions recipe = new RecipeOptions();

    SummaryCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        Optional<TrainedModel> saved = Network.isSaved(model) ? Optional.of(saved()) : Optional.empty();
        ModelSpec spec = saved.map(TrainedModel::spec).orElseGet(this::described);
        Scaling pixels = saved.map(TrainedModel::scaling).orElseGet(() -> Scaling.unit(spec.channels()));
        RecipeOptions.Settings settings = recipe.over(Network.recipe(spec), null, batch, null);
        int images = settings.batch();
        if (images < 1) throw new UsageException("--batch must be at least 1, got " + images);
        Summary summary = Summary.of(spec);
        if (json) {
            Map<String, Object> all = json(summary, images);
            saved.ifPresent(_ -> all.put("pixels", pixels.kind().label()));
            if (plan) withPlan(spec, pixels, settings.rule(), images, (_, made) -> all.put("plan", steps(made)));
            console.print(Json.of(all).pretty().stripTrailing());
        } else {
            console.print(text(summary, images)
                    + (saved.isPresent() ? "\npixels       " + pixels.kind().label() + ": " + pixels.describe() : ""));
            if (plan)
                withPlan(spec, pixels, settings.rule(), images, (where, made) -> console.print("\nA training step of "
                        + spec.name() + " on " + where + ", batch of " + images + ", "
                        + settings.rule().optimizer().describe().get("name") + "\n\n" + PlanText.of(made).stripTrailing()));
        }
    }

    private ModelSpec described() {
        return Network.of(model).build(input == null ? null : ImageSize.parse(input), classes);
    }

    private TrainedModel saved() {
        if (input != null || classes != null)
            throw new UsageException("--input and --classes belong to a name; " + model + " says itself what it takes");
        return Saved.load(Path.of(model)).model();
    }

    private static String text(Summary s, int images) {
        var table = new TextTable(List.of("path", "layer", ">output", ">parameters", ">MACs"));
        table.row("", "images", s.input(), "", "");
        for (Summary.Row r : s.rows())
            table.row(r.path(), r.layer(), r.output(), r.parameters() == 0 ? "" : Figures.count(r.parameters()),
                    r.macs() == 0 ? "" : Figures.count(r.macs()));
        return s.model() + " for images of " + s.input() + " and " + s.classes() + " classes\n\n" + table.text()
                + "\nparameters   " + Figures.count(s.parameters()) + " (" + Figures.bytes(4 * s.parameters()) + ")"
                + (s.statistics() == 0 ? "" : ", and " + Figures.count(s.statistics()) + " running statistics")
                + "\nMACs         " + Figures.count(s.macs()) + " an image, forward"
                + "\nactivations  " + Figures.bytes(images * s.bytes()) + " for a batch of " + images
                + ", when nothing is fused or freed";
    }

    private static Map<String, Object> json(Summary s, int images) {
        var all = new LinkedHashMap<String, Object>();
        all.put("model", s.model());
        all.put("input", s.input().toString());
        all.put("classes", s.classes());
        all.put("layers", s.rows().stream().map(r -> {
            var row = new LinkedHashMap<String, Object>();
            row.put("path", r.path());
            row.put("layer", r.layer());
            row.put("output", r.output().toString());
            row.put("parameters", r.parameters());
            row.put("statistics", r.statistics());
            row.put("macs", r.macs());
            return row;
        }).toList());
        all.put("parameters", s.parameters());
        all.put("statistics", s.statistics());
        all.put("macs", s.macs());
        all.put("batch", images);
        all.put("activation_bytes", images * s.bytes());
        return all;
    }

    /** Hands on the name of the device and the plan of a training step on it. */
    private void withPlan(ModelSpec spec, Scaling pixels, LearningRule rule, int images, BiConsumer<String, Plan> use) {
        try (Device where = device.open(console, false)) {
            var graph = TrainingGraph.of(spec, pixels, rule, images);
            use.accept(where.name(), Compiler.plan(graph.graph(), where.backend().rules()));
        }
    }

    private static List<Map<String, Object>> steps(Plan plan) {
        return plan.steps().stream().map(s -> Map.<String, Object>of("layer", s.layers(), "operation", s.label())).toList();
    }
}
