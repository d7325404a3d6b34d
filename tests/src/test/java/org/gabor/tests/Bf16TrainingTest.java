package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.gabor.compile.Compiler;
import org.gabor.data.DataSplits;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.models.Models;
import org.gabor.optim.Sgd;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Executable;
import org.gabor.spi.Precision;
import org.gabor.tests.oracle.Oracle;
import org.gabor.tests.softgpu.SoftwareGpu;
import org.gabor.train.Device;
import org.gabor.train.LearningRule;
import org.gabor.train.Parameters;
import org.gabor.train.Scaling;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training in lower precisions, on the software device: it rounds as tensor cores do. */
class Bf16TrainingTest {
    private static final DataSplits DIGITS = Datasets.digits(0);

    @BeforeAll
    static void isThereASoftwareDevice() {
        SoftwareGpu.unavailable().ifPresent(why -> assumeTrue(false, "cuda/software skipped: " + why));
    }

    private static Device cuda(Precision precision) {
        return SoftwareGpu.with(() -> Device.open("cuda", new BackendOptions(0, "", precision, true)));
    }

    private static Dataset part(Dataset of, int count) { return of.subset(IntStream.range(0, count).toArray()); }

    private static double accuracy(Device device) {
        Dataset train = part(DIGITS.train(), 2_400), test = part(DIGITS.test(), 1_000);
        return Trainer.of(Models.lenet5().build()).on(device).optimizer(Sgd.lr(0.02).momentum(0.9)).batch(32).seed(1).epochs(3)
                .fit(train).evaluate(test).top1();
    }

    /** What the processor comes to. */
    private static final class Fp32 {
        private static final double ACCURACY;

        static {
            try (Device device = Device.open("cpu", new BackendOptions(2))) {
                ACCURACY = accuracy(device);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"TF32", "BF16"})
    void aLeNetLearnsTheDigitsNearlyAsWellAsInFp32(Precision precision) {
        double exact = Fp32.ACCURACY, low;
        try (Device device = cuda(precision)) {
            low = accuracy(device);
        }
        System.getLogger("org.gabor.tests").log(System.Logger.Level.INFO, "accuracy {0} in {1}, {2} in fp32", low,
                precision.label(), exact);
        assertThat(exact).isGreaterThan(0.95);
        assertThat(low).isCloseTo(exact, within(0.02));
    }

    /** Each step from the device's own weights, so that only the errors of one step count: a few units of 2^-9. */
    @Test
    void theLossOfEveryStepIsThatOfTheOracleOnTheSameCasts() {
        int batch = 8;
        var graph = TrainingGraph.of(Models.lenet5().build(), Scaling.unit(1), LearningRule.of(Sgd.lr(0.05).momentum(0.9)),
                batch);
        try (Device device = cuda(Precision.BF16); var parameters = Parameters.forTraining(device.backend(), graph);
                Executable step = device.backend().compile(Compiler.plan(graph.graph(), device.backend().rules()),
                        parameters.bindings())) {
            parameters.initialise(3);
            Graph cast = Compiler.cast(graph.graph(), device.backend().rules());
            for (int s = 0; s < 6; s++) {
                Map<String, double[]> fed = feed(step, s, batch);
                for (Node n : cast.nodes())
                    if (n.op() instanceof Leaf.Parameter p)
                        fed.put(p.name(), Conformance.read(Objects.requireNonNull(parameters.bindings().get(p.name()))));
                var oracle = Oracle.of(cast);
                fed.forEach(oracle::feed);
                double expected = oracle.run().output("loss")[0];
                step.run();
                double loss = Objects.requireNonNull(step.outputs().get("loss")).scalar();
                assertThat(loss).as("step %d", s).isCloseTo(expected, within(0x1p-8 * expected));
            }
        }
    }

    private static Map<String, double[]> feed(Executable step, int s, int batch) {
        var fed = new HashMap<String, double[]>();
        double[] labels = new double[batch], pixels = new double[batch * 28 * 28];
        var bytes = new byte[pixels.length];
        for (int i = 0; i < batch; i++) {
            labels[i] = DIGITS.train().label(s * batch + i);
            DIGITS.train().image(s * batch + i, bytes, i * 28 * 28);
        }
        for (int i = 0; i < pixels.length; i++) pixels[i] = bytes[i] & 0xFF;
        fed.put("images", pixels);
        fed.put("labels", labels);
        fed.put("lr", new double[] {(float) 0.05});
        fed.put("step", new double[] {s});
        fed.forEach((name, v) -> Conformance.fill(Objects.requireNonNull(step.inputs().get(name)), v));
        return fed;
    }
}
