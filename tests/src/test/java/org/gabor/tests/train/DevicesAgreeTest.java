package org.gabor.tests.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.gabor.UsageException;
import org.gabor.compile.Compiler;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.graph.Augmentation.DrawMaps;
import org.gabor.graph.Augmentation.Warp;
import org.gabor.graph.Distortion;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Pointwise.Dropout;
import org.gabor.graph.Sampling;
import org.gabor.graph.TensorType;
import org.gabor.io.Json;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Registry;
import org.gabor.optim.Sgd;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Executable;
import org.gabor.spi.Precision;
import org.gabor.spi.Tensor;
import org.gabor.tests.softgpu.SoftwareGpu;
import org.gabor.train.Continuation;
import org.gabor.train.Device;
import org.gabor.train.EpochMetrics;
import org.gabor.train.RunFolder;
import org.gabor.train.TrainedModel;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingListener;
import org.gabor.train.TrainingRun;
import org.gabor.train.TrainingRun.Ending;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The processor and the CUDA backend, on the software device, train alike: a LeNet-5 with dropout on MNIST. An epoch is one
 * step here, so that its figures are those of a step; every epoch has an order of its own.
 */
class DevicesAgreeTest {
    private static final int STEPS = 100, BATCH = 64, CUT = 17, CROSSED = 40;
    private static final long SEED = 11;
    private static final String NETWORK = """
            {"layer": "sequential", "layers": [
              {"layer": "conv2d", "filters": 6, "kernel": 5, "padding": 2}, {"layer": "relu"},
              {"layer": "max_pool", "kernel": 2},
              {"layer": "conv2d", "filters": 16, "kernel": 5}, {"layer": "relu"}, {"layer": "max_pool", "kernel": 2},
              {"layer": "flatten"}, {"layer": "dense", "units": 120}, {"layer": "relu"}, {"layer": "dropout", "rate": 0.5},
              {"layer": "dense", "units": 84}, {"layer": "relu"}, {"layer": "dense", "units": 10}]}""";
    private static final ModelSpec LENET = new ModelSpec("lenet5-dropout", 1, 28, 28, 10,
            Registry.STANDARD.fromJson(Json.parse(NETWORK), "lenet5-dropout"));

    @TempDir
    Path dir = Path.of("");

    @BeforeAll
    static void isThereASoftwareDevice() {
        SoftwareGpu.unavailable().ifPresent(why -> assumeTrue(false, "cuda/software skipped: " + why));
    }

    private static Dataset mnist() {
        Path folder = Path.of(System.getProperty("gabor.test.data", "none"), "mnist");
        assumeTrue(Files.isDirectory(folder), "skipped: no folder mnist in gabor.test.data");
        return Datasets.mnist(folder).train();
    }

    private static Device open(String name) { return open(name, new BackendOptions(2, "", Precision.FP32, true)); }

    private static Device open(String name, BackendOptions options) {
        return name.equals("cpu") ? Device.open(name, options) : SoftwareGpu.with(() -> Device.open(name, options));
    }

    private static Trainer trainer(Device on) {
        return Trainer.of(LENET).on(on).optimizer(Sgd.lr(0.01).momentum(0.9)).batch(BATCH).seed(SEED).limitBatches(1)
                .epochs(STEPS);
    }

    private static List<Double> losses(TrainingRun run) {
        return run.history().stream().map(EpochMetrics::trainLoss).toList();
    }

    private static void assertAgree(List<Double> got, List<Double> expected) {
        assertThat(got).hasSameSizeAs(expected);
        for (int i = 0; i < got.size(); i++)
            assertThat(got.get(i)).as("loss of step %d", i + 1)
                    .isCloseTo(expected.get(i), within(1e-5 * Math.abs(expected.get(i))));
    }

    @Test
    void aHundredStepsOnMnistAgreeAndACheckpointOfOneDeviceGoesOnOnTheOther() {
        Dataset train = mnist();
        List<Double> losses = losses(train, "cpu");
        assertThat(losses).hasSize(STEPS);
        assertAgree(losses(train, "cuda"), losses);
        assertAgree(crossed(train, "cpu", "cuda"), losses.subList(0, CROSSED));
        assertAgree(crossed(train, "cuda", "cpu"), losses.subList(0, CROSSED));
        assertThat(losses.getLast()).as("something is learned").isLessThan(0.6 * losses.getFirst());
    }

    private static List<Double> losses(Dataset data, String name) {
        try (Device device = open(name)) {
            return losses(trainer(device).fit(data));
        }
    }

    /** On one device for some steps, then on another. */
    private List<Double> crossed(Dataset data, String first, String second) {
        var folder = RunFolder.next(dir, first + "-" + second);
        try (Device device = open(first)) {
            TrainingRun left = trainer(device).stopWhen(SmallTraining.after(CUT)).listener(folder).fit(data);
            assertThat(left.history()).hasSize(CUT);
        }
        try (Device device = open(second)) {
            return losses(trainer(device).epochs(CROSSED).resume(folder.continuation()).listener(folder).fit(data));
        }
    }

    /** Where a step takes its random numbers from, and one that ends an epoch. */
    @ParameterizedTest
    @CsvSource({"0, 1", "467, 1", "468, 2", "123456, 264"})
    void orderDropoutAndMapsAreTheSameBytesAndImagesTheSamePixels(int step, int epoch) {
        Map<String, float[]> cpu, cuda;
        try (Device device = open("cpu")) {
            cpu = drawn(device, step, epoch);
        }
        try (Device device = open("cuda")) {
            cuda = drawn(device, step, epoch);
        }
        for (String name : List.of("order", "dropout", "maps")) assertThat(cuda.get(name)).as(name).isEqualTo(cpu.get(name));
        assertThat(cuda.get("pixels")).usingElementComparator(
                (a, b) -> Math.abs(a - b) <= 1e-5f * Math.max(1, Math.abs(b)) ? 0 : Float.compare(a, b))
                .isEqualTo(cpu.get("pixels"));
    }

    /** Everything random in a step of MNIST: floats as they are, the order as whole numbers. */
    private static Map<String, float[]> drawn(Device device, int step, int epoch) {
        var g = new Graph();
        Node[] key = {g.input("seed", TensorType.i32(2)), g.input("step", TensorType.i32(1)),
                g.input("epoch", TensorType.i32(1))};
        Node maps = g.add(new DrawMaps(new Distortion(0.5, 0.125, 15, 0.9, 1.1), BATCH, 28, 28, 5), key);
        g.output("order", g.add(new Sampling.Order(60_000, BATCH, 468), key)).output("maps", maps);
        g.output("pixels", g.add(new Warp(), g.input("images", TensorType.u8(BATCH, 1, 28, 28)), maps));
        g.output("dropout", g.add(new Dropout(0.5, 99), g.input("ones", TensorType.f32(BATCH, 120)), key[0], key[1], key[2]));
        try (Executable e = device.backend().compile(Compiler.plan(g, device.backend().rules()), Map.of())) {
            input(e, "seed").set((int) SEED, (int) (SEED >>> 32));
            input(e, "step").set(step);
            input(e, "epoch").set(epoch);
            var images = new byte[BATCH * 28 * 28];
            new Random(SEED).nextBytes(images);
            input(e, "images").set(images);
            var ones = new float[BATCH * 120];
            Arrays.fill(ones, 1);
            input(e, "ones").set(ones);
            e.run();
            int[] order = output(e, "order").ints();
            var asFloats = new float[order.length];
            for (int i = 0; i < order.length; i++) asFloats[i] = order[i];
            return Map.of("order", asFloats, "dropout", output(e, "dropout").floats(), "maps", output(e, "maps").floats(),
                    "pixels", output(e, "pixels").floats());
        }
    }

    private static Tensor input(Executable e, String name) { return Objects.requireNonNull(e.inputs().get(name)); }

    private static Tensor output(Executable e, String name) { return Objects.requireNonNull(e.outputs().get(name)); }

    private static Trainer small(Device on) { return SmallTraining.trainer().on(on); }

    private TrainingRun left(BackendOptions options, RunFolder folder) {
        try (Device device = open("cuda", options)) {
            return SmallTraining.fit(small(device).stopWhen(SmallTraining.after(7)), folder);
        }
    }

    private static BackendOptions options(Precision precision, boolean deterministic) {
        return new BackendOptions(2, "", precision, deterministic);
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"TF32", "BF16"})
    void aTrainingGoesOnInThePrecisionItBeganIn(Precision precision) {
        RunFolder half = RunFolder.next(dir, "half"), whole = RunFolder.next(dir, "whole");
        left(options(precision, true), half);
        left(options(Precision.FP32, true), whole);
        try (Device device = open("cuda", options(precision, true)); Device other = open("cpu")) {
            assertThatThrownBy(() -> SmallTraining.fit(small(device).resume(whole.continuation()), whole))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("precision was not set and is now \"" + precision.label() + "\"");
            assertThatThrownBy(() -> SmallTraining.fit(small(other).resume(half.continuation()), half))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("precision was \"" + precision.label() + "\" and is now not set");
            assertThat(SmallTraining.fit(small(device).resume(half.continuation()), half).ending()).isEqualTo(Ending.COMPLETE);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aDeterministicTrainingThatWasLeftComesToTheSameBytes(Precision precision) {
        RunFolder whole = RunFolder.next(dir, "whole"), cut = RunFolder.next(dir, "cut");
        try (Device device = open("cuda", options(precision, true))) {
            SmallTraining.fit(small(device), whole);
        }
        left(options(precision, true), cut);
        try (Device device = open("cuda", options(precision, true))) {
            SmallTraining.fit(small(device).resume(cut.continuation()), cut);
        }
        assertThat(cut.last()).hasSameBinaryContentAs(whole.last());
        assertThat(cut.best()).hasSameBinaryContentAs(whole.best());
    }

    @Test
    void aDeterministicTrainingTakesTheAlgorithmsOfItsCheckpointAgain() {
        RunFolder folder = RunFolder.next(dir, "run");
        left(options(Precision.FP32, true), folder);
        Continuation usual = folder.continuation();
        Map<String, Json> algorithms = algorithms(usual.last());
        String forward = algorithms.keySet().stream().filter(n -> n.startsWith("forward f32 16x1x28x28")).findFirst()
                .orElseThrow();
        assertThat(algorithms).containsKeys("gpu", "cuBLAS", "cuDNN");
        String other = text(algorithms, forward).equals("IMPLICIT_GEMM") ? "IMPLICIT_PRECOMP_GEMM"
                : "IMPLICIT_GEMM";
        try (Device device = open("cuda", options(Precision.FP32, true))) {
            var seen = new ArrayList<TrainingListener.Start>();
            TrainingRun again = goOn(device, with(usual, forward, other), seen);
            assertThat(text(algorithms(again.last()), forward)).isEqualTo(other);
            assertThat(seen.getFirst().algorithms()).containsEntry(forward, other);
            assertThat(seen.getFirst().changes()).isEmpty();

            TrainingRun gone = goOn(device, with(usual, forward, "NO_LONGER"), seen);
            assertThat(algorithms(gone.last())).as("what it takes by itself").isEqualTo(algorithms);
            assertThat(seen.getLast().changes())
                    .containsExactly(forward + " was NO_LONGER and is now " + text(algorithms, forward));
            goOn(device, with(usual, "cuDNN", "9.0.0"), seen);
            assertThat(seen.getLast().changes()).containsExactly("cuDNN was 9.0.0 and is now " + text(algorithms, "cuDNN"));
        }
        try (Device device = open("cpu")) {
            var seen = new ArrayList<TrainingListener.Start>();
            goOn(device, usual, seen);
            assertThat(seen.getFirst().changes()).containsExactly("it goes on on another kind of device");
        }
    }

    @Test
    void aTrainingThatNeedNotBeDeterministicKeepsNoAlgorithmsAndIsNotTakenForOneThatMust() {
        RunFolder folder = RunFolder.next(dir, "run");
        TrainingRun fast = left(options(Precision.FP32, false), folder);
        assertThat(fast.last().info()).doesNotContainKey("algorithms");
        try (Device device = open("cuda")) {
            assertThatThrownBy(() -> SmallTraining.fit(small(device).resume(folder.continuation()), folder))
                    .isInstanceOf(UsageException.class).hasMessageContaining("deterministic was not set and is now true");
        }
    }

    private static TrainingRun goOn(Device device, Continuation from, List<TrainingListener.Start> seen) {
        return small(device).resume(from).listener(new TrainingListener() {
            @Override
            public void started(Start start) { seen.add(start); }
        }).fit(SmallTraining.TRAIN, Optional.of(SmallTraining.HELD));
    }

    private static Map<String, Json> algorithms(TrainedModel model) {
        return Json.parse(Objects.requireNonNull(model.info().get("algorithms"))).object("algorithms").members();
    }

    private static String text(Map<String, Json> algorithms, String name) {
        return Objects.requireNonNull(algorithms.get(name)).string(name);
    }

    /** The same checkpoint, but for one algorithm. */
    private static Continuation with(Continuation from, String name, String algorithm) {
        var algorithms = new TreeMap<String, Object>(algorithms(from.last()));
        algorithms.put(name, algorithm);
        var info = new HashMap<>(from.last().info());
        info.put("algorithms", Json.of(algorithms).text());
        TrainedModel m = from.last();
        return new Continuation(new TrainedModel(m.spec(), m.classes(), m.scaling(), m.criterion(), m.tensors(), info),
                from.best(), from.seconds(), from.warning());
    }
}
