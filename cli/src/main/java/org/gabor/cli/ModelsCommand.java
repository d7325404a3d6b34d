package org.gabor.cli;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gabor.UsageException;
import org.gabor.io.Json;
import org.gabor.io.TextTable;
import org.gabor.models.Architecture;
import org.gabor.models.Models;
import org.gabor.models.Recipe;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Registry;
import org.gabor.nn.Summary;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gabor models}. */
@Command(name = "models", customSynopsis = "gabor models list|show",
        header = "Lists the networks, or shows one.",
        footer = {"%nExamples:", "  gabor models list", "  gabor models show resnet20"})
final class ModelsCommand implements Runnable {
    private final Console console;

    ModelsCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() { throw new UsageException("say which: gabor models list, or gabor models show NAME"); }

    @Command(name = "list", customSynopsis = "gabor models list [--json]", header = "Lists the networks.",
            footer = {"%nExample:", "  gabor models list"})
    void list(@Option(names = "--json", description = "Prints JSON.") boolean json) {
        if (json) {
            var models = Models.all().stream().map(a -> Map.of("name", a.name(), "description", a.description()));
            console.print(Json.of(models.toList()).pretty().stripTrailing());
            return;
        }
        var table = new TextTable(List.of("model", ">parameters", "images", "what it is"));
        for (Architecture a : Models.all())
            table.row(a.name(), Figures.count(Summary.of(usual(a)).parameters()), a.input(), a.description());
        console.print(table.text().stripTrailing());
        console.note("\nAll about one: gabor models show NAME. Parameters are those for 10 classes.");
    }

    @Command(name = "show", customSynopsis = "gabor models show MODEL [--json]",
            header = "Shows a network: its paper, its recipe, its layers as YAML.",
            description = "%nThe YAML is what 'gabor train --model FILE' reads (docs/networks.md): save it, and change"
                    + " it.",
            footer = {"%nExample:", "  gabor models show lenet5", "  gabor models show lenet5 > net.yaml",
                    "  gabor models show net.yaml --json", "  gabor models show runs/latest"})
    void show(@Parameters(paramLabel = "MODEL",
            description = "A name from 'gabor models list', a .yaml or .json file, a run folder, or a .safetensors"
                    + " file.") String name,
            @Option(names = "--json", description = "Prints only the network, as JSON.") boolean json) {
        boolean saved = Network.isSaved(name);
        ModelSpec spec = saved ? Saved.load(Path.of(name)).model().spec() : Network.of(name).build(null, null);
        if (json) {
            console.print(spec.toJson(Registry.STANDARD).pretty().stripTrailing());
            return;
        }
        String about = saved ? "" : Network.of(name).architecture().map(a -> about(a, spec)).orElse("");
        console.print(about + YamlText.of(spec.brief(Registry.STANDARD)).stripTrailing());
    }

    /** What is known of it beyond its layers, as comments. */
    private static String about(Architecture a, ModelSpec spec) {
        Recipe recipe = a.recipe(spec.height(), spec.width());
        var settings = new LinkedHashMap<String, Object>(recipe.optimizer().describe());
        String optimizer = String.valueOf(settings.remove("name"));
        return String.join("\n", "# " + a.description(), "#",
                "# paper       " + a.reference(),
                "# images      " + a.input() + " (others do as well, if they are large enough)",
                "# parameters  " + Figures.count(Summary.of(spec).parameters()) + " for 10 classes", "#",
                "# recipe, where 'gabor train' is not told otherwise:",
                "#   --optimizer " + optimizer + " --lr " + number(settings.get("lr"))
                        + " --momentum " + number(settings.get("momentum"))
                        + " --weight-decay " + number(settings.get("weight_decay")),
                "#   --schedule " + recipe.schedule().describe() + " --epochs " + recipe.epochs()
                        + " --batch " + recipe.batch()
                        + " --augment " + recipe.augment().label(),
                "");
    }

    private static String number(@Nullable Object value) {
        return value instanceof Double d ? new BigDecimal(d.toString()).stripTrailingZeros().toPlainString()
                : String.valueOf(value);
    }

    private static ModelSpec usual(Architecture a) { return Models.builder(a.name()).build(); }
}
