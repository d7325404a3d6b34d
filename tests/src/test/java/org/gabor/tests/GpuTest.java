package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gabor.cli.Console;
import org.gabor.cli.Main;
import org.gabor.compile.Compiler;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.models.Models;
import org.gabor.nn.ModelSpec;
import org.gabor.optim.Sgd;
import org.gabor.random.Stream;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Executable;
import org.gabor.spi.Precision;
import org.gabor.spi.Tensor;
import org.gabor.tests.oracle.Bounds;
import org.gabor.tests.oracle.Oracle;
import org.gabor.train.LearningRule;
import org.gabor.train.Parameters;
import org.gabor.train.Scaling;
import org.gabor.train.TrainingGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What only a real GPU can show: the algorithms that cuDNN and cuBLAS choose for speed, the rounding of tensor cores, graphs,
 * memory. Every case of the conformance suite, and with it every kernel, is run there by {@link ConformanceTest}.
 * {@code -Dgabor.softgpu -Dgabor.cuda.path=FOLDER} lets all of them find the software device, which shows that they are right.
 */
@Tag("gpu")
class GpuTest {
    private static final Set<String> PRODUCTS = Set.of("Conv2d", "Conv2dGradX", "Conv2dGradW", "MatMul");
    /** Of TF32: the significands of both operands are cut to 10 bits. */
    private static final double TF32 = 0x1p-9 + 0x1p-20;
    private static final int BATCH = 16;
    private static final BackendProvider GPU = UnderTest.gpu();

    @BeforeAll
    static void isThere() { GPU.unavailable().ifPresent(why -> assumeTrue(false, why)); }

    private static Backend open(Precision precision, boolean deterministic) {
        return GPU.open(new BackendOptions(0, "", precision, deterministic));
    }

    /** Convolutions, their gradients and products of random F32 numbers. */
    private static List<Case> products() {
        List<Case> cases = Cases.all().stream().filter(c -> PRODUCTS.contains(c.op()) && !c.filling().exact()
                && c.types().equals(Set.of(DType.F32))).toList();
        assertThat(cases.stream().map(Case::op)).containsAll(PRODUCTS);
        return cases;
    }

    @Test
    void theAlgorithmsChosenForSpeedStayWithinTheBounds() {
        try (Backend backend = open(Precision.FP32, false)) {
            for (Case c : products()) within(c, Conformance.once(backend, c), 0);
        }
    }

    @Test
    void tf32StaysWithinItsBounds() {
        int beyond = 0;
        try (Backend backend = open(Precision.TF32, false)) {
            for (Case c : products()) {
                Map<String, double[]> got = Conformance.once(backend, c);
                within(c, got, TF32);
                if (!isWithin(c, got)) beyond++;
            }
        }
        System.getLogger("org.gabor.tests").log(System.Logger.Level.INFO,
                "tf32: in {0} of {1} cases the rounding to 10 bits is seen", beyond, products().size());
    }

    private static boolean isWithin(Case c, Map<String, double[]> got) {
        try {
            within(c, got, 0);
            return true;
        } catch (AssertionError off) {
            return false;
        }
    }

    /** Compares with the oracle; {@code rounding} is what each product may be off by, as a share of it. */
    private static void within(Case c, Map<String, double[]> got, double rounding) {
        Case.Built built = c.build();
        Graph graph = built.graph();
        Oracle oracle = Oracle.of(graph), sizes = Oracle.of(graph);
        built.data().forEach(oracle::feed);
        built.data().forEach((name, v) -> sizes.feed(name, Arrays.stream(v).map(Math::abs).toArray()));
        oracle.run();
        sizes.run();
        Bounds bounds = Bounds.of(graph, built.data());
        graph.outputs().forEach((name, node) -> {
            double[] bound = bounds.of(node).clone(), size = sizes.output(name);
            for (int i = 0; i < bound.length; i++) bound[i] += rounding * size[i];
            Conformance.compare(c + ": " + name, node.shape(), Objects.requireNonNull(got.get(name)), oracle.output(name),
                    bound);
        });
    }

    /** A training step of a network, with all that it needs. */
    private static final class Training implements AutoCloseable {
        private final ModelSpec model;
        private final TrainingGraph graph;
        private final Parameters parameters;
        private final Executable step;
        private int made;

        Training(Backend backend, ModelSpec model) {
            this.model = model;
            this.graph = TrainingGraph.of(model, Scaling.unit(model.channels()),
                    LearningRule.of(Sgd.lr(0.01).momentum(0.9).weightDecay(5e-4)), BATCH);
            this.parameters = Parameters.forTraining(backend, graph);
            this.step = backend.compile(Compiler.plan(graph.graph(), backend.rules()), parameters.bindings());
            parameters.initialise(3);
        }

        /** Makes steps on random images, which are the same for all trainings. */
        void steps(int count, Consumer<Executable> how) {
            for (int i = 0; i < count; i++, made++) {
                var random = new Stream(5, Stream.id("images"), made, 0);
                var images = new byte[BATCH * model.channels() * model.height() * model.width()];
                for (int k = 0; k < images.length; k++) images[k] = (byte) random.below(k, 256);
                var labels = new int[BATCH];
                for (int k = 0; k < BATCH; k++) labels[k] = (3 * k + made) % model.classes();
                Map<String, Tensor> inputs = step.inputs();
                Objects.requireNonNull(inputs.get("images")).set(images);
                Objects.requireNonNull(inputs.get("labels")).set(labels);
                Objects.requireNonNull(inputs.get("lr")).set(0.01f);
                inputs.forEach((name, t) -> {
                    if (name.equals("step")) t.set(made);
                    if (name.equals("seed")) t.set(17, -4);
                    if (name.equals("epoch")) t.set(1);
                });
                how.accept(step);
            }
        }

        float[] gradients() { return parameters.get(Parameters.GRADIENTS).floats(); }

        /** SHA-256 of all that a step changes. */
        String hash() {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                for (Node n : graph.graph().nodes())
                    if (n.op() instanceof Leaf.Parameter p && n.type().dtype() == DType.F32) {
                        float[] values = parameters.get(p.name()).floats();
                        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
                        bytes.asFloatBuffer().put(values);
                        digest.update(bytes);
                    }
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            step.close();
            parameters.close();
        }
    }

    private static ModelSpec model(String name) { return Models.builder(name).build(); }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aCapturedStepGivesTheBytesOfTheEagerOne(Precision precision) {
        try (Backend backend = open(precision, true);
                var captured = new Training(backend, model("lenet5"));
                var eager = new Training(backend, model("lenet5"))) {
            captured.steps(5, Executable::run);
            eager.steps(5, Executable::profile);
            assertThat(captured.hash()).isEqualTo(eager.hash());
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void twoHundredDeterministicStepsEndInTheSameBytes(Precision precision) {
        String first = hashAfter(200, precision);
        assertThat(hashAfter(200, precision)).isEqualTo(first);
        assertThat(hashAfter(199, precision)).isNotEqualTo(first);
    }

    private static String hashAfter(int steps, Precision precision) {
        try (Backend backend = open(precision, true); var training = new Training(backend, model("lenet5"))) {
            training.steps(steps, Executable::run);
            return training.hash();
        }
    }

    /** A network without kinks: its gradient is off by little more than its products. Some rounded layers follow each other. */
    @ParameterizedTest
    @CsvSource({"TF32, 0.01", "BF16, 0.05"})
    void lowerPrecisionGivesNearlyTheSameGradient(Precision precision, double bound) {
        float[] exact = gradients(Precision.FP32), rounded = gradients(precision);
        double error = 0, norm = 0;
        for (int i = 0; i < exact.length; i++) {
            error += Math.pow((double) rounded[i] - exact[i], 2);
            norm += Math.pow(exact[i], 2);
        }
        double relative = Math.sqrt(error / norm);
        System.getLogger("org.gabor.tests").log(System.Logger.Level.INFO, "{0}: the gradient is off by {1}", precision, relative);
        assertThat(relative).isPositive().isLessThan(bound);
    }

    private static float[] gradients(Precision precision) {
        try (Backend backend = open(precision, true); var training = new Training(backend, model("lenet5-tanh"))) {
            training.steps(1, Executable::run);
            return training.gradients();
        }
    }

    /** The first round is left out: libraries load what they need, and keep it. */
    @Test
    void memoryIsBackToWhereItWas() {
        var free = new ArrayList<Long>();
        try (Backend watching = open(Precision.FP32, true)) {
            for (int round = 0; round < 4; round++) {
                for (Precision precision : Precision.values()) hashAfter(3, precision);
                free.add(watching.freeBytes().orElseThrow());
            }
            assertThat(watching.live()).isEqualTo(new Backend.Live(0, 0, 0));
        }
        assertThat(free.getLast()).as("free bytes after each round: %s", free).isGreaterThanOrEqualTo(free.get(1));
    }

    @Test
    void doctorSaysWhatIsThereAndWhere() {
        var out = new ByteArrayOutputStream();
        var printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        int exitCode = Main.run(new Console(printed, printed, Map.of(), Console.Screen.NONE), "doctor");
        String said = out.toString(StandardCharsets.UTF_8);
        assertThat(exitCode).as(said).isZero();
        assertThat(said).contains("device cuda: can be used: ", "  gpu: ", "  compute capability: ", "  memory: ");
        for (String library : List.of("driver", "cuBLAS", "cuDNN")) {
            Matcher found = Pattern.compile("(?m)^  " + library + ": .*\\d+\\.\\d+.*\\((/.*)\\)$").matcher(said);
            assertThat(found.find()).as(library + " in " + said).isTrue();
            assertThat(Path.of(found.group(1))).exists();
        }
    }
}
