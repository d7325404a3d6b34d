package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gabor.io.Json;
import org.gabor.models.Architecture;
import org.gabor.nn.Default;
import org.gabor.nn.Registry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/networks.md says is so: every layer with its attributes, and examples that are read and trained. */
class NetworksDocTest {
    private static final Path DOCS = docs();

    @TempDir
    static Path folder = Path.of("");

    @BeforeAll
    static void exportAFewImages() {
        Cli.run("data", "export", "digits", "--out", folder.resolve("few").toString(), "--count", "60");
    }

    @Test
    void everyLayerStandsInTheTableWithItsAttributesAndDefaults() throws IOException {
        List<String> rows = Files.readAllLines(DOCS.resolve("networks.md")).stream().filter(l -> l.startsWith("| `"))
                .toList();
        assertThat(Registry.STANDARD.layers()).allSatisfy((name, layer) -> {
            String attributes = Arrays.stream(layer.getRecordComponents()).map(NetworksDocTest::attribute)
                    .collect(Collectors.joining(" "));
            String row = "| `" + name + "` |" + (attributes.isEmpty() ? "" : " " + attributes) + " | ";
            assertThat(rows).anySatisfy(r -> assertThat(r).startsWith(row));
        });
    }

    private static String attribute(RecordComponent c) {
        Default usual = c.getAnnotation(Default.class);
        if (usual == null) return "`" + c.getName() + "`";
        Json value = Json.parse(usual.value());
        if (value instanceof Json.Obj layer) value = layer.get("layer").orElseThrow();
        String text = value instanceof Json.Str s && !s.value().isEmpty() ? s.value() : usual.value();
        return "`" + c.getName() + "=" + text + "`";
    }

    static Stream<Path> examples() throws IOException {
        try (var files = Files.list(DOCS.resolve("examples"))) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    static Stream<Path> networks() throws IOException {
        return examples().filter(f -> !f.getFileName().toString().equals("run.yaml"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleStandsInTheDocumentAsInItsFile(Path example) throws IOException {
        assertThat(Files.readString(DOCS.resolve("networks.md")))
                .contains("```yaml\n" + Files.readString(example) + "```\n");
    }

    @ParameterizedTest
    @MethodSource("networks")
    void anExampleIsSummarisedTrainedEvaluatedAndNamesImagesWithoutItsFile(Path example) {
        Cli summary = Cli.run("summary", example.toString(), "--input", "1x28x28", "--classes", "10");
        assertThat(summary.exitCode()).as(summary.err()).isZero();

        String images = folder.resolve("few").toString(), runs = folder.resolve("runs").toString();
        String name = example.getFileName().toString().replace(".yaml", "");
        Cli train = Cli.run("train", "--model", example.toString(), "--data", "imagefolder:" + images, "--epochs", "2",
                "--batch", "16", "--out", runs, "--name", name, "--device", "cpu");
        assertThat(train.exitCode()).as(train.err()).isZero();
        Path run = folder.resolve("runs").resolve(name).resolve("001");
        Cli eval = Cli.run("eval", run.resolve("best.safetensors").toString(), "--data", "imagefolder:" + images);
        assertThat(eval.exitCode()).as(eval.err()).isZero();
        Cli predict = Cli.run("predict", run.toString(), images, "--format", "jsonl", "--top", "1");
        assertThat(predict.out().lines()).hasSize(60);
        // a run knows its pixels' scale as well
        assertThat(Cli.run("summary", run.toString()).out()).startsWith(summary.out().stripTrailing()).contains("\npixels ");
    }

    @ParameterizedTest
    @MethodSource("networks")
    void whatIsShownReadsBackAsTheSameNetwork(Path example) throws IOException {
        Path sized = Files.writeString(folder.resolve("sized.yaml"),
                Files.readString(example) + "input: [1, 28, 28]\nclasses: 10\n");
        assertReadsBack(sized.toString());
    }

    @ParameterizedTest
    @MethodSource("org.gabor.models.Models#all")
    void aNetworkOfTheLiteratureReadsBackAsTheSame(Architecture a) throws IOException {
        assertReadsBack(a.name());
    }

    private static void assertReadsBack(String model) throws IOException {
        Path shown = Files.writeString(folder.resolve("shown.yaml"), Cli.run("models", "show", model).out());
        String json = Cli.run("models", "show", shown.toString(), "--json").out();
        assertThat(json).isEqualTo(Cli.run("models", "show", model, "--json").out()).isNotEmpty();
        Path asJson = Files.writeString(folder.resolve("shown.json"), json);
        assertThat(Cli.run("models", "show", asJson.toString(), "--json").out()).isEqualTo(json);
    }

    private static Path docs() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs/networks.md")))
            root = Objects.requireNonNull(root.getParent(), "no docs/networks.md above the working folder");
        return root.resolve("docs");
    }
}
