package org.gabor.tests.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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

    /** Far too large a learning rate for plain SGD diverges; with its gradients limited it does not. */
    @Test
    void limitsKeepAHugeRateFromDiverging() {
        var huge = Sgd.lr(0.3).momentum(0.9);
        List<EpochMetrics> free = losses(lenet().optimizer(huge)), limited = losses(lenet().optimizer(huge).clipNorm(0.1));
        assertThat(limited.getFirst().trainLoss()).isLessThan(0.7 * free.getFirst().trainLoss());
        List<EpochMetrics> cut = losses(lenet().optimizer(huge).clipValue(1e-3));
        assertThat(cut.getFirst().trainLoss()).isNotEqualTo(free.getFirst().trainLoss());
    }

    /** What is evaluated and saved is the average: with a share of 0 it is the weights themselves, byte for byte. */
    @Test
    void theMovingAverageIsWhatIsEvaluated() {
        var plain = lenet().average(0).fit(TRAIN);
        var averaged = lenet().average(0.95).fit(TRAIN);
        assertThat(averaged.history().getFirst().trainLoss()).isEqualTo(plain.history().getFirst().trainLoss());
        assertThat(averaged.evaluate(TEST).loss()).isNotEqualTo(plain.evaluate(TEST).loss());
        assertThat(averaged.evaluate(TEST).top1()).isGreaterThan(0.9);
    }

    /** Dropout, batch norm and another activation in one network: the same seed gives the same bytes, another does not. */
    @Test
    void aNetworkWithDropoutIsAFunctionOfItsSeed() {
        var layers = new Sequential(Conv2d.of(16, 5).stride(2).withoutBias(), new BatchNorm(), new Silu(), MaxPool.of(2),
                new Dropout(0.3), new Dense(64, true, Init.HE_NORMAL), new Silu(), new Dropout(0.5),
                new Dense(10, true, Init.HE_NORMAL));
        var model = new ModelSpec("dropnet", 1, 28, 28, 10, layers);
        float[] first = weights(model, 1, 1), second = weights(model, 1, 2), other = weights(model, 2, 1);
        assertThat(second).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    /** Without validation the training loss is watched; a patience of 0 and a threshold that nothing meets act every epoch. */
    @Test
    void aPlateauLowersTheRate() {
        var history = lenet().schedule(Schedules.plateau(0.5, 0, 0.99)).epochs(4).fit(TRAIN).history();
        assertThat(history.stream().map(EpochMetrics::lr)).containsExactly(0.05, 0.05, 0.025, 0.0125);
    }

    private static float[] weights(ModelSpec model, long seed, int threads) {
        try (var device = Device.open("cpu", new BackendOptions(threads))) {
            TrainingRun run = Trainer.of(model).on(device).optimizer(Sgd.lr(0.05).momentum(0.9)).seed(seed).fit(TRAIN);
            return Objects.requireNonNull(run.best().tensors().get("6/weight")).floats();
        }
    }

    /** A trainer whose device lives as long as the JVM of the tests. */
    private static Trainer lenet() {
        return Trainer.of(Models.lenet5().build()).on(Shared.DEVICE).optimizer(Sgd.lr(0.05).momentum(0.9));
    }

    private static final class Shared {
        private static final Device DEVICE = Device.open("cpu", BackendOptions.DEFAULT);
    }

    private static double accuracy(Trainer trainer) { return trainer.fit(TRAIN).evaluate(TEST).top1(); }

    private static List<EpochMetrics> losses(Trainer trainer) { return trainer.fit(TRAIN).history(); }
}
