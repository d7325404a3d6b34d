package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gabor.io.Json;
import org.gabor.tests.softgpu.SoftwareDevice;
import org.gabor.tests.softgpu.SoftwareGpu;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person with a GPU meets, on the software device. */
class GpuCommandsTest {
    private static final String SOFTWARE = "Gabor software device";
    private static final String RESNET_8 = """
            name: resnet8
            network:
              - conv2d: {filters: 8, kernel: 3, stride: 2, padding: 1, bias: false}
              - batch_norm
              - relu
              - residual:
                  - conv2d: {filters: 8, kernel: 3, padding: 1, bias: false}
                  - batch_norm
                  - relu
                  - conv2d: {filters: 8, kernel: 3, padding: 1, bias: false}
                  - batch_norm
              - relu
              - residual:
                  body:
                    - conv2d: {filters: 16, kernel: 3, stride: 2, padding: 1, bias: false}
                    - batch_norm
                    - relu
                    - conv2d: {filters: 16, kernel: 3, padding: 1, bias: false}
                    - batch_norm
                  shortcut: {subsample_pad: {channels: 16, stride: 2}}
              - relu
              - residual:
                  body:
                    - conv2d: {filters: 32, kernel: 3, stride: 2, padding: 1, bias: false}
                    - batch_norm
                    - relu
                    - conv2d: {filters: 32, kernel: 3, padding: 1, bias: false}
                    - batch_norm
                  shortcut: {subsample_pad: {channels: 32, stride: 2}}
              - relu
              - global_mean_pool
              - dense: 10
            """;

    @TempDir
    static Path dir = Path.of("");
    private static String resnet8 = "";

    @BeforeAll
    static void prepare() throws IOException {
        SoftwareGpu.unavailable().ifPresent(why -> assumeTrue(false, "cuda/software skipped: " + why));
        resnet8 = Files.writeString(dir.resolve("resnet8.yaml"), RESNET_8).toString();
    }

    /** A command of a process that finds the software device. */
    private static Cli gpu(String... words) { return SoftwareGpu.with(() -> Cli.run(words)); }

    private static Cli succeeds(Cli run) {
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    private static String[] train(String name, String model, String device, int steps, String... more) {
        var words = new ArrayList<>(List.of("train", "--model", model, "--device", device, "--epochs", "1", "--batch", "16",
                "--limit-batches", "" + steps, "--name", name, "--out", dir.resolve("runs").toString()));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private static Path folder(Cli run) { return Path.of(run.result("saved in").substring("saved in".length()).strip()); }

    private static String model(String name) { return name.equals("resnet8") ? resnet8 : name; }

    /**
     * The first run of an executable is not a launch yet. The validation part has as many batches as there are steps, the
     * test part always the same.
     */
    @ParameterizedTest
    @CsvSource({"lenet5, fp32", "lenet5, tf32", "lenet5, bf16", "resnet8, fp32", "resnet8, bf16"})
    void aStepIsOneLaunchOfAGraph(String network, String precision) throws IOException {
        SoftwareDevice device = SoftwareDevice.get();
        var launches = new ArrayList<Long>();
        var kernels = new ArrayList<Long>();
        for (int steps : List.of(2, 4)) {
            long graphs = device.get("graph_launches"), before = device.get("launches");
            Cli run = succeeds(gpu(train("launches", model(network), "cuda", steps, "--precision", precision)));
            assertThat(run.err()).contains("device    cuda (" + SOFTWARE, "cuda, as asked for");
            launches.add(device.get("graph_launches") - graphs);
            kernels.add(device.get("launches") - before);
            assertThat(Files.readString(folder(run).resolve("env.json"))).contains("\"precision\": \"" + precision + "\"",
                    "\"algorithms\"", "\"cuDNN\"");
        }
        assertThat(launches.get(1) - launches.get(0)).as("two steps and two batches of validation").isEqualTo(4);
        assertThat(kernels.get(1)).as("kernels outside of graphs").isEqualTo(kernels.get(0));
        assertThat(device.live()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"lenet5", "resnet8"})
    void theConfigurationDiffersInTheDeviceOnly(String network) throws IOException {
        Cli cpu = succeeds(gpu(train("cpu", model(network), "cpu", 2)));
        Cli cuda = succeeds(gpu(train("cuda", model(network), "cuda", 2)));
        assertThat(folder(cuda).resolve("config.yaml")).hasSameTextualContentAs(folder(cpu).resolve("config.yaml"));
        Map<String, String> onCpu = printed(model(network), "cpu"), onCuda = printed(model(network), "cuda");
        assertThat(onCpu.put("device", onCuda.getOrDefault("device", ""))).isEqualTo("\"cpu\"");
        assertThat(onCuda).isEqualTo(onCpu).containsEntry("device", "\"cuda\"");
    }

    private static Map<String, String> printed(String model, String device) {
        var values = new LinkedHashMap<String, String>();
        Json.parse(succeeds(gpu(train("any", model, device, 2, "--print-config", "--json"))).out()).object("config").members()
                .forEach((name, s) -> values.put(name, s.object(name).get("value").orElseThrow().text()));
        return values;
    }

    @ParameterizedTest
    @CsvSource({"cpu, cuda", "cuda, cpu"})
    void aRunGoesOnOnTheOtherDevice(String first, String second) throws IOException {
        Path run = folder(succeeds(gpu(train("crossing", "lenet5", first, 2))));
        Cli on = succeeds(gpu("train", "--resume", run.toString(), "--device", second, "--epochs", "2"));
        assertThat(on.err()).contains("goes on   after step 2 of 4", "device    " + second);
        assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(3);
    }

    @Test
    void aRunGoesOnInItsPrecision() throws IOException {
        Path run = folder(succeeds(gpu(train("half", "lenet5", "cuda", 2, "--precision", "bf16", "--deterministic"))));
        assertThat(Files.readString(run.resolve("config.yaml"))).contains("precision: \"bf16\"\n", "deterministic: true\n");
        Cli other = gpu("train", "--resume", run.toString(), "--device", "cuda", "--epochs", "2", "--precision", "fp32");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err()).contains("precision was \"bf16\" and is now not set");
        Cli cpu = gpu("train", "--resume", run.toString(), "--device", "cpu", "--epochs", "2");
        assertThat(cpu.exitCode()).isEqualTo(4);
        assertThat(cpu.err()).contains("device cpu computes in fp32, not in bf16");
        Cli on = succeeds(gpu("train", "--resume", run.toString(), "--device", "cuda", "--epochs", "2"));
        assertThat(on.err()).doesNotContain("warning");
    }

    @Test
    void aDeterministicRunSaysWhenItsDigitsWillBeOthers() throws IOException {
        Path run = folder(succeeds(gpu(train("digits", "lenet5", "cuda", 2, "--deterministic"))));
        Cli on = succeeds(gpu("train", "--resume", run.toString(), "--device", "cpu", "--epochs", "2"));
        assertThat(on.err()).contains("warning: this deterministic training does not come to the same last digits",
                "it goes on on another kind of device");
        assertThat(Files.readString(run.resolve("log.txt"))).contains("it goes on on another kind of device");
    }

    @Test
    void aModelIsEvaluatedAndNamesImagesAsOnTheCpu() {
        Cli trained = succeeds(gpu("train", "--device", "cuda", "--limit-batches", "20", "--epochs", "1", "--out",
                dir.resolve("runs").toString(), "--name", "judged"));
        String run = folder(trained).toString();
        Cli cuda = succeeds(gpu("eval", run, "--device", "cuda", "--json"));
        Cli cpu = succeeds(gpu("eval", run, "--device", "cpu", "--json"));
        assertThat(cuda.err()).contains("device    cuda (" + SOFTWARE);
        assertThat(accuracy(cuda)).isEqualTo(accuracy(cpu));
        String images = dir.resolve("images").toString();
        succeeds(Cli.run("data", "export", "digits", "--out", images, "--count", "20"));
        assertThat(named(run, images, "cuda")).hasSize(21).isEqualTo(named(run, images, "cpu"));
    }

    /** Images and classes, without the probabilities. */
    private static List<String> named(String run, String images, String device) {
        Cli cli = succeeds(gpu("predict", run, images, "--top", "1", "--format", "csv", "--device", device));
        return cli.out().lines().map(line -> line.substring(0, line.lastIndexOf(','))).toList();
    }

    private static String accuracy(Cli eval) {
        return Json.parse(eval.out()).object("figures").members().entrySet().stream().filter(e -> e.getKey().contains("acc1"))
                .findFirst().orElseThrow(() -> new AssertionError(eval.out())).getValue().text();
    }

    @Test
    void theSummaryShowsThePlanOfTheGpu() {
        Cli run = succeeds(gpu("summary", "lenet5", "--plan", "--device", "cuda"));
        assertThat(run.out()).contains("A training step of lenet5 on cuda", "Convert", "nhwc");
        Cli half = succeeds(gpu("summary", "lenet5", "--plan", "--device", "cuda", "--precision", "bf16"));
        assertThat(half.out()).contains("Cast");
    }

    @Test
    void benchReportsNoSpeedOfTheSoftwareDevice() {
        String[] words = {"bench", "--device", "cuda", "--batch", "2", "--steps", "2", "--seconds", "5"};
        Cli run = succeeds(gpu(words));
        assertThat(run.result("device ")).contains(SOFTWARE);
        assertThat(run.result("times ")).contains("of a stand-in for tests, which say nothing about any device");
        assertThat(run.out()).doesNotContain("peak   ").containsPattern("\ntraining +[0-9.]+ +[0-9.]+ +[0-9.]+ +2 *\n");
        var json = new ArrayList<>(List.of(words));
        json.add("--json");
        Cli figures = succeeds(gpu(json.toArray(String[]::new)));
        assertThat(Json.parse(figures.out()).object("figures").get("simulated").orElseThrow().text()).isEqualTo("true");
        assertThat(figures.out()).doesNotContain("img_s", "gflops_s", "gb_s", "share_of", "\"peak\"");
    }

    @Test
    void doctorShowsTheGpuItsMemoryDriverAndLibrariesAndWhereTheyWereFound() {
        Path folder = SoftwareDevice.get().folder();
        Cli run = succeeds(gpu("doctor"));
        assertThat(run.out()).contains("device cuda: can be used: " + SOFTWARE + ", 2.0 GiB", "gpu: " + SOFTWARE,
                "compute capability: 9.0", "memory: 2.0 GiB", "driver: for CUDA 12.6 (" + folder.resolve("libcuda.so.1") + ")",
                "cuBLAS: 12.6.1 (" + folder.resolve("libcublas.so.12") + ")",
                "cuDNN: 9.5.1 (" + folder.resolve("libcudnn.so.9") + ")");
    }

    /** The path of the software device alone does not do: it has to be allowed as well. */
    @Test
    void theSoftwareDeviceIsNeverTakenUnlessItIsAllowed() {
        System.setProperty("gabor.cuda.path", SoftwareDevice.get().folder().toString());
        try {
            Cli auto = succeeds(Cli.run("bench", "--inference", "--batch", "1", "--steps", "1"));
            assertThat(auto.err()).contains("device    cpu");
            assertThat(succeeds(Cli.run(train("auto", "lenet5", "auto", 1))).err()).contains("device    cpu",
                    "cpu, since cuda cannot be used: the driver found is the " + SOFTWARE);
            Cli named = Cli.run("bench", "--device", "cuda", "--steps", "1");
            assertThat(named.exitCode()).isEqualTo(4);
            assertThat(named.err()).contains("made for tests", "-Dgabor.softgpu allows it");
        } finally {
            System.clearProperty("gabor.cuda.path");
        }
        assertThat(succeeds(gpu(train("allowed", "lenet5", "auto", 1))).err()).contains("device    cuda (" + SOFTWARE);
    }
}
