package org.gabor.tests.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.models.Models;
import org.gabor.nn.Activations.Silu;
import org.gabor.nn.BatchNorm;
import org.gabor.nn.Conv2d;
import org.gabor.nn.Dense;
import org.gabor.nn.Init;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Pools.MaxPool;
import org.gabor.nn.Regularization.Dropout;
import org.gabor.nn.Structure.Sequential;
import org.gabor.optim.Criteria;
import org.gabor.optim.Optimizers;
import org.gabor.optim.Schedules;
import org.gabor.optim.Sgd;
import org.gabor.spi.BackendOptions;
import org.gabor.train.Device;
import org.gabor.train.EpochMetrics;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingRun;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Optimizers, losses, limits and averages at work: LeNet-5 learns the built-in digits with each of them. */
class LearningRulesTest {
    private static final Dataset TRAIN = Datasets.digits(0).train().subset(IntStream.range(0, 4000).toArray());
    private static final Dataset TEST = Datasets.digits(0).test();

    @ParameterizedTest
    @CsvSource({"sgd, 0.05", "nesterov, 0.05", "adam, 0.002", "adamw, 0.002", "rmsprop, 0.001", "adagrad, 0.02"})
    void everyOptimizerLearns(String name, String lr) {
        var optimizer = Optimizers.byName(name, Map.of("lr", lr));
        assertThat(accuracy(lenet().optimizer(optimizer).epochs(2))).isGreaterThan(0.93);
    }

    @ParameterizedTest
    @CsvSource({"softmax, smoothing, 0.1", "softmax, weights, 1/1/2/1/1/1/1/1/1/0.5", "hinge, margin, 1",
            "hinge2, margin, 0.5", "mse,,", "bce,,"})
    void everyLossLearns(String name, @Nullable String setting, @Nullable String value) {
        var optimizer = Optimizers.byName("adam", Map.of("lr", "0.002"));
        Map<String, String> settings = setting == null || value == null ? Map.of() : Map.of(setting, value);
        assertThat(accuracy(lenet().loss(Criteria.byName(name, settings)).optimizer(optimizer).epochs(3))).isGreaterThan(0.93);
    }

    /** One step of plain descent with rate 1 moves the weights by the gradients, or by what limits leave of them. */
    @Test
    void limitsActOnTheGradients() {
        float[] gradients = change(oneStep().optimizer(Sgd.lr(1)));
        double norm = norm(gradients), limit = norm / 4;
        assertThat(norm(change(oneStep().optimizer(Sgd.lr(1)).clipNorm(limit)))).isCloseTo(limit, withinPercentage(0.1));
        assertThat(change(oneStep().optimizer(Sgd.lr(1)).clipNorm(4 * norm))).isEqualTo(gradients);

        float most = largest(gradients), cut = most / 8;
        float[] limited = change(oneStep().optimizer(Sgd.lr(1)).clipValue(cut));
        assertThat((double) largest(limited)).isCloseTo(cut, withinPercentage(0.1));
        for (int i = 0; i < limited.length; i++)
            assertThat((double) limited[i]).isCloseTo(Math.clamp(gradients[i], -cut, cut), within(1e-6));
    }

    /** After one step from w0 to w1 a share of 0.75 leaves 0.75 w0 + 0.25 w1, and that is what is kept as the best. */
    @Test
    void theMovingAverageIsWhatIsKept() {
        float[] w0 = weights(oneStep().optimizer(Sgd.lr(0))), w1 = weights(oneStep());
        float[] average = weights(oneStep().average(0.75));
        assertThat(w1).isNotEqualTo(w0);
        for (int i = 0; i < average.length; i++)
            assertThat((double) average[i]).isCloseTo(0.75 * w0[i] + 0.25 * w1[i], within(1e-6));
    }

    @Test
    void aLongAverageIsAGoodModel() {
        TrainingRun run = lenet().average(0.95).fit(TRAIN);
        assertThat(run.evaluate(TEST).top1()).isGreaterThan(0.9);
        assertThat(run.evaluate(TEST).loss()).isNotEqualTo(lenet().fit(TRAIN).evaluate(TEST).loss());
    }

    /**
     * Dropout, batch norm and another activation in one network: the same seed gives the same bytes on 1, 2 and 4 threads,
     * another does not.
     */
    @ParameterizedTest(name = "cpu/{0}")
    @ValueSource(strings = {"avx512", "avx2", "java"})
    void aNetworkWithDropoutIsAFunctionOfItsSeed(String kernels) {
        var layers = new Sequential(Conv2d.of(16, 5).stride(2).withoutBias(), new BatchNorm(), new Silu(), MaxPool.of(2),
                new Dropout(0.3), new Dense(64, true, Init.HE_NORMAL), new Silu(), new Dropout(0.5),
                new Dense(10, true, Init.HE_NORMAL));
        var model = new ModelSpec("dropnet", 1, 28, 28, 10, layers);
        float[] first = weights(model, kernels, 1, 1);
        assertThat(weights(model, kernels, 1, 2)).isEqualTo(first);
        assertThat(weights(model, kernels, 1, 4)).isEqualTo(first);
        assertThat(weights(model, kernels, 2, 1)).isNotEqualTo(first);
    }

    /** Without validation the training loss is watched; a patience of 0 and a threshold that nothing meets act every epoch. */
    @Test
    void aPlateauLowersTheRate() {
        var history = lenet().schedule(Schedules.plateau(0.5, 0, 0.99)).epochs(4).fit(TRAIN).history();
        assertThat(history.stream().map(EpochMetrics::lr)).containsExactly(0.05, 0.05, 0.025, 0.0125);
    }

    private static float[] weights(ModelSpec model, String kernels, long seed, int threads) {
        try (var device = Device.open("cpu", new BackendOptions(threads, kernels))) {
            String missing = device.info().details().get("no machine code");
            assumeTrue(missing == null, () -> "cpu/" + kernels + " skipped: " + missing);
            TrainingRun run = Trainer.of(model).on(device).optimizer(Sgd.lr(0.05).momentum(0.9)).seed(seed).fit(TRAIN);
            return Objects.requireNonNull(run.best().tensors().get("6/weight")).floats();
        }
    }

    /** A trainer that makes one step, on the first 64 images. */
    private static Trainer oneStep() { return lenet().batch(64); }

    /** All weights after one step, one tensor behind the other. */
    private static float[] weights(Trainer trainer) {
        var tensors = trainer.fit(TRAIN.subset(IntStream.range(0, 64).toArray())).best().tensors();
        var all = new ByteArrayOutputStream();
        tensors.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(e -> all.writeBytes(e.getValue().bytes().array()));
        float[] values = new float[all.size() / Float.BYTES];
        ByteBuffer.wrap(all.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /** What one step takes from each weight. */
    private static float[] change(Trainer trainer) {
        float[] before = weights(oneStep().optimizer(Sgd.lr(0))), after = weights(trainer);
        for (int i = 0; i < after.length; i++) after[i] = before[i] - after[i];
        return after;
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float v : values) squares += (double) v * v;
        return Math.sqrt(squares);
    }

    private static float largest(float[] values) {
        float most = 0;
        for (float v : values) most = Math.max(most, Math.abs(v));
        return most;
    }

    /** A trainer whose device lives as long as the JVM of the tests. */
    private static Trainer lenet() {
        return Trainer.of(Models.lenet5().build()).on(Shared.DEVICE).optimizer(Sgd.lr(0.05).momentum(0.9));
    }

    private static final class Shared {
        private static final Device DEVICE = Device.open("cpu", BackendOptions.DEFAULT);
    }

    private static double accuracy(Trainer trainer) { return trainer.fit(TRAIN).evaluate(TEST).top1(); }
}
