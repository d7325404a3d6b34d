package org.gabor.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.compile.PlanText;
import org.gabor.io.Json;
import org.gabor.models.Models;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Registry;
import org.gabor.optim.Sgd;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Backends;
import org.gabor.spi.Precision;
import org.gabor.tests.UnderTest;
import org.gabor.train.LearningRule;
import org.gabor.train.Scaling;
import org.gabor.train.TrainingGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The plans of training steps as text: what was fused, what lies where and in which layout, and what that costs. A plan
 * that changes shows what changed; if that is what was meant, {@code -Dgabor.test.golden=write} writes the files anew.
 */
class GoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/org/gabor/tests/plan");
    private static final String WRITE = "gabor.test.golden";
    private static final int BATCH = 16;

    private static final String GROUPS = """
            {"layer": "sequential", "layers": [
              {"layer": "conv2d", "filters": 16, "kernel": 3, "padding": 1}, {"layer": "relu"},
              {"layer": "conv2d", "filters": 32, "kernel": 3, "padding": 2, "dilation": 2, "groups": 4, "bias": false},
              {"layer": "batch_norm"}, {"layer": "relu6"},
              {"layer": "depthwise_conv2d", "kernel": 3, "stride": 2, "padding": "same"}, {"layer": "batch_norm"},
              {"layer": "hard_swish"}, {"layer": "conv2d", "filters": 24, "kernel": 1},
              {"layer": "global_mean_pool"}, {"layer": "flatten"}, {"layer": "dense", "units": 10}]}""";

    private static final String SQUEEZE_EXCITE = """
            {"layer": "sequential", "layers": [
              {"layer": "conv2d", "filters": 16, "kernel": 3, "padding": 1, "bias": false}, {"layer": "batch_norm"},
              {"layer": "silu"},
              {"layer": "residual", "body": {"layer": "sequential", "layers": [
                {"layer": "conv2d", "filters": 16, "kernel": 3, "padding": 1, "bias": false}, {"layer": "batch_norm"},
                {"layer": "silu"}, {"layer": "squeeze_excite", "squeezed": 4}]}},
              {"layer": "max_pool", "kernel": 2}, {"layer": "dropout", "rate": 0.2},
              {"layer": "flatten"}, {"layer": "dense", "units": 10}]}""";

    private static final String TRANSPOSED = """
            {"layer": "sequential", "layers": [
              {"layer": "conv2d", "filters": 16, "kernel": 3, "stride": 2, "padding": 1}, {"layer": "leaky_relu"},
              {"layer": "conv_transpose2d", "filters": 8, "kernel": 2, "stride": 2}, {"layer": "relu"},
              {"layer": "conv_transpose2d", "filters": 8, "kernel": 3, "stride": 2, "padding": 1, "groups": 2},
              {"layer": "batch_norm"}, {"layer": "tanh"},
              {"layer": "adaptive_mean_pool", "size": 4}, {"layer": "flatten"}, {"layer": "dense", "units": 10}]}""";

    @TestFactory
    Stream<DynamicTest> plansAreThoseOfTheGoldenFiles() {
        return Backends.all().stream().filter(p -> p.unavailable().isEmpty()).flatMap(p -> Stream.of(
                test(p, "lenet5", Models.builder("lenet5").build()),
                test(p, "resnet20", Models.builder("resnet20").build()),
                test(p, "groups-and-dilation", model("groups-and-dilation", GROUPS)),
                test(p, "squeeze-excite", model("squeeze-excite", SQUEEZE_EXCITE)),
                test(p, "transposed", model("transposed", TRANSPOSED))));
    }

    @TestFactory
    Stream<DynamicTest> plansOfAGpuAreThoseOfTheGoldenFiles() {
        BackendProvider cuda = UnderTest.all().filter(p -> p.name().equals("cuda/software")).findFirst().orElseThrow();
        cuda.unavailable().ifPresent(why -> assumeTrue(false, cuda.name() + " skipped: " + why));
        var bf16 = new BackendOptions(0, "", Precision.BF16, true);
        return Stream.of(test(cuda, BackendOptions.DEFAULT, "lenet5-cuda", Models.builder("lenet5").build(), 2),
                test(cuda, BackendOptions.DEFAULT, "resnet20-cuda", Models.builder("resnet20").build(), 3),
                test(cuda, bf16, "lenet5-cuda-bf16", Models.builder("lenet5").build(), 2));
    }

    private static ModelSpec model(String name, String network) {
        return new ModelSpec(name, 3, 16, 16, 10, Registry.STANDARD.fromJson(Json.parse(network), name));
    }

    private static DynamicTest test(BackendProvider provider, String name, ModelSpec model) {
        return test(provider, BackendOptions.DEFAULT, name + "-" + provider.name(), model, 3);
    }

    /** @param fused operations of the longest step, at least */
    private static DynamicTest test(BackendProvider provider, BackendOptions options, String file, ModelSpec model,
            int fused) {
        return dynamicTest(file, () -> {
            var graph = TrainingGraph.of(model, Scaling.unit(model.channels()), LearningRule.of(Sgd.lr(0.1).momentum(0.9)),
                    BATCH);
            try (Backend backend = provider.open(options)) {
                Plan plan = Compiler.plan(graph.graph(), backend.rules());
                assertThat(plan.arenaBytes()).as("bytes of the arena; in use at one step are %d", plan.liveBytes())
                        .isLessThanOrEqualTo(plan.liveBytes() * 110 / 100);
                assertThat(plan.steps()).as("fused steps").anyMatch(s -> s.nodes().size() >= fused);
                compare(GOLDEN.resolve(file + ".txt"), PlanText.of(plan));
            }
        });
    }

    private static void compare(Path file, String text) throws IOException {
        if ("write".equals(System.getProperty(WRITE))) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, text);
            return;
        }
        if (!Files.exists(file)) fail("no " + file + "; run the test with -D" + WRITE + "=write to make it");
        List<String> expected = Files.readString(file).lines().toList(), got = text.lines().toList();
        if (!got.equals(expected))
            fail("the plan is not that of %s:%n%s%nif this is what was meant, run the test with -D%s=write".formatted(file,
                    difference(expected, got), WRITE));
    }

    /** What the golden file has and the plan does not (-), and the other way round (+), after the longest common subsequence. */
    private static String difference(List<String> old, List<String> now) {
        int[][] common = new int[old.size() + 1][now.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--)
            for (int j = now.size() - 1; j >= 0; j--)
                common[i][j] = old.get(i).equals(now.get(j)) ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
        var lines = new ArrayList<String>();
        int i = 0, j = 0;
        while (i < old.size() || j < now.size())
            if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
                i++;
                j++;
            } else if (j == now.size() || (i < old.size() && common[i + 1][j] >= common[i][j + 1])) {
                lines.add("-" + old.get(i++));
            } else {
                lines.add("+" + now.get(j++));
            }
        return String.join(System.lineSeparator(), lines);
    }
}
