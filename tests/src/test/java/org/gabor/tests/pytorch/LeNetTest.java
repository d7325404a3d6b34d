package org.gabor.tests.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gabor.compile.Compiler;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.graph.Shape;
import org.gabor.models.Models;
import org.gabor.optim.Adam;
import org.gabor.optim.Optimizer;
import org.gabor.optim.Sgd;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.gabor.tests.UnderTest;
import org.gabor.tests.oracle.Oracle;
import org.gabor.tests.pytorch.Reference.Entry;
import org.gabor.train.LearningRule;
import org.gabor.train.Parameters;
import org.gabor.train.Scaling;
import org.gabor.train.TrainingGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * LeNet-5 on the first 640 images of MNIST, 30 steps of 64: every loss, and the norm of every weight at the end, are
 * PyTorch's. The network, its step and its data are those that users train.
 */
class LeNetTest {
    private static final int BATCH = 64, BATCHES = 10;
    private static final double ORACLE = 1e-9, BACKEND = 1e-4;

    /** PyTorch's names of the layers in our order of declaration. */
    private static final List<String> NAMES = Stream.of("c1", "c2", "f1", "f2", "f3")
            .flatMap(l -> Stream.of(l + ".weight", l + ".bias")).toList();

    @TestFactory
    Stream<DynamicTest> lossesAreThoseOfPyTorch() {
        return Reference.section("lenet5").stream().flatMap(e -> {
            String name = e.string("activation") + ", " + e.string("pool") + " pooling, " + e.string("optimizer");
            return Stream.concat(Stream.of(dynamicTest("oracle: " + name, () -> oracle(e))), UnderTest.all()
                    .map(p -> dynamicTest(p.name() + ": " + name, () -> backend(e, p))));
        });
    }

    private static void oracle(Entry e) {
        Dataset data = mnist();
        TrainingGraph graph = graph(e);
        var oracle = Oracle.of(graph.graph()).feed("lr", e.args().number("lr"));
        double[] slab = new double[graph.slab().size()];
        weights(graph).forEach((name, w) -> {
            oracle.feed(name, w);
            System.arraycopy(w, 0, slab, offset(graph, name), w.length);
        });
        oracle.feed(Parameters.WEIGHTS, slab);
        double[] expected = e.numbers("loss_at_each_step"), losses = new double[expected.length];
        for (int k = 0; k < losses.length; k++) {
            oracle.feed("images", pixels(data, k)).feed("labels", labels(data, k)).feed("step", k).run();
            losses[k] = oracle.output("loss")[0];
            // on a backend a weight is a view of the slab; the oracle holds both
            weights(graph, oracle.parameter(Parameters.WEIGHTS)).forEach(oracle::feed);
        }
        compare(losses, expected, ORACLE);
        compareNorms(weights(graph, oracle.parameter(Parameters.WEIGHTS)), e, ORACLE);
    }

    private static void backend(Entry e, BackendProvider provider) {
        provider.unavailable().ifPresent(why -> abort(provider.name() + " skipped: " + why));
        Dataset data = mnist();
        TrainingGraph graph = graph(e);
        try (Backend backend = provider.open(BackendOptions.DEFAULT);
                var parameters = Parameters.forTraining(backend, graph);
                Executable step = backend.compile(Compiler.plan(graph.graph(), backend.rules()),
                        parameters.bindings())) {
            weights(graph).forEach((name, w) -> parameters.get(name).set(floats(w)));
            input(step, "lr").set((float) e.args().number("lr"));
            double[] expected = e.numbers("loss_at_each_step"), losses = new double[expected.length];
            for (int k = 0; k < losses.length; k++) {
                double[] pixels = pixels(data, k);
                byte[] bytes = new byte[pixels.length];
                for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (int) pixels[i];
                input(step, "images").set(bytes);
                input(step, "labels").set(Arrays.stream(labels(data, k)).mapToInt(l -> (int) l).toArray());
                input(step, "step").set(k);
                step.run();
                losses[k] = Objects.requireNonNull(step.outputs().get("loss")).scalar();
            }
            compare(losses, expected, BACKEND);
            compareNorms(weights(graph, doubles(parameters.get(Parameters.WEIGHTS).floats())), e, BACKEND);
        }
    }

    private static TrainingGraph graph(Entry e) {
        String model = e.string("activation").equals("tanh") ? "lenet5-tanh" : "lenet5";
        return TrainingGraph.of(Models.builder(model).input(1, 28, 28).build(),
                new Scaling(List.of(1 / 255.0), List.of(-0.5)), LearningRule.of(optimizer(e)), BATCH);
    }

    private static Optimizer optimizer(Entry e) {
        double lr = e.args().number("lr");
        return e.string("optimizer").equals("adam") ? Adam.lr(lr)
                : Sgd.lr(lr).momentum(e.args().numberOrZero("momentum"));
    }

    /** The first weights by parameter: tensor x sqrt(3 / fan-in), biases tensor x 0.1. */
    private static Map<String, double[]> weights(TrainingGraph graph) {
        var weights = new LinkedHashMap<String, double[]>();
        var declared = new ArrayList<>(graph.declared().keySet());
        assertThat(declared).hasSameSizeAs(NAMES);
        for (int i = 0; i < NAMES.size(); i++) {
            Shape s = shape(graph, declared.get(i));
            double scale = s.rank() == 1 ? 0.1 : Math.sqrt(3.0 / ((double) s.size() / s.dim(0)));
            weights.put(declared.get(i), Arrays.stream(Reference.tensor(NAMES.get(i),
                    s.size())).map(w -> scale * w).toArray());
        }
        return weights;
    }

    /** The weights in a slab by parameter, in order of declaration. */
    private static Map<String, double[]> weights(TrainingGraph graph, double[] slab) {
        var weights = new LinkedHashMap<String, double[]>();
        for (String name : graph.declared().keySet()) {
            int from = offset(graph, name);
            weights.put(name, Arrays.copyOfRange(slab, from, from + (int) shape(graph, name).size()));
        }
        return weights;
    }

    private static Shape shape(TrainingGraph graph, String name) {
        return Objects.requireNonNull(graph.declared().get(name)).node().shape();
    }

    private static int offset(TrainingGraph graph, String name) {
        return Objects.requireNonNull(graph.slab().slots().get(name)).offset();
    }

    private static void compare(double[] losses, double[] expected, double tolerance) {
        for (int k = 0; k < losses.length; k++)
            assertThat(Math.abs(losses[k] - expected[k]) / expected[k]).as("loss of step %d is %s, expected %s", k,
                    losses[k],
                    expected[k]).isLessThanOrEqualTo(tolerance);
    }

    private static void compareNorms(Map<String, double[]> weights, Entry e, double tolerance) {
        int i = 0;
        for (double[] w : weights.values()) {
            String name = NAMES.get(i++);
            double norm = Math.sqrt(Arrays.stream(w).map(v -> v * v).sum());
            double expected = e.at("final_norms").number(name);
            assertThat(Math.abs(norm - expected) / expected).as("norm of %s is %s, expected %s", name, norm, expected)
                    .isLessThanOrEqualTo(tolerance);
        }
    }

    private static Dataset mnist() {
        String property = System.getProperty("gabor.test.data", "");
        Path dir = Path.of(property, "mnist");
        if (property.isEmpty() || !Files.isDirectory(dir))
            abort("no MNIST: the system property gabor.test.data names no folder with a folder mnist");
        return Datasets.mnist(dir).train();
    }

    private static double[] pixels(Dataset data, int step) {
        byte[] images = new byte[BATCH * data.imageBytes()];
        for (int i = 0; i < BATCH; i++) data.image(step % BATCHES * BATCH + i, images, i * data.imageBytes());
        double[] pixels = new double[images.length];
        for (int i = 0; i < pixels.length; i++) pixels[i] = images[i] & 0xFF;
        return pixels;
    }

    private static double[] labels(Dataset data, int step) {
        double[] labels = new double[BATCH];
        for (int i = 0; i < BATCH; i++) labels[i] = data.label(step % BATCHES * BATCH + i);
        return labels;
    }

    private static Tensor input(Executable step,
            String name) { return Objects.requireNonNull(step.inputs().get(name)); }

    private static float[] floats(double[] values) {
        var floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) floats[i] = (float) values[i];
        return floats;
    }

    private static double[] doubles(float[] values) {
        var doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) doubles[i] = values[i];
        return doubles;
    }
}
