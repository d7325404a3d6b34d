package org.gabor.tests.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.gabor.data.Augment;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.data.ImageSize;
import org.gabor.data.MemoryDataset;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Criterion;
import org.gabor.graph.Distortion;
import org.gabor.graph.Graph;
import org.gabor.models.Models;
import org.gabor.nn.ModelSpec;
import org.gabor.optim.Optimizers;
import org.gabor.optim.Sgd;
import org.gabor.spi.BackendOptions;
import org.gabor.train.AugmentedImages;
import org.gabor.train.Device;
import org.gabor.train.InferenceGraph;
import org.gabor.train.LearningRule;
import org.gabor.train.Preprocessing;
import org.gabor.train.Samples;
import org.gabor.train.Scaling;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Augmentation as part of a training. */
class AugmentedTrainingTest {
    private static final Dataset DIGITS = Datasets.digits(0).train();
    private static final int SIDE = 16;
    private static final ModelSpec LENET = Models.lenet5().build();

    @Test
    void onlyTheTrainingStepDistorts() {
        LearningRule rule = LearningRule.of(Sgd.lr(0.1));
        var pixels = Scaling.unit(1);
        var shifts = new Distortion(0, 0.1, 0, 1, 1);
        assertThat(distorts(TrainingGraph.of(LENET, pixels, rule, 8, shifts, new Samples.Fed()).graph())).isTrue();
        assertThat(distorts(TrainingGraph.of(LENET, pixels, rule, 8).graph())).isFalse();
        assertThat(distorts(InferenceGraph.evaluation(LENET, pixels, new Criterion.CrossEntropy(), 8).graph())).isFalse();
        assertThat(distorts(InferenceGraph.prediction(LENET, pixels, 8).graph())).isFalse();
    }

    private static boolean distorts(Graph g) { return g.nodes().stream().anyMatch(n -> n.op() instanceof Augmentation); }

    @Test
    void charactersAreNotMirrored() {
        assertThat(Augment.LIGHT.limits(DIGITS.classes()).flip()).isZero();
        assertThat(Augment.LIGHT.limits(List.of("A", "B", "\uD835\uDD38")).flip()).isZero();
        assertThat(Augment.LIGHT.limits(List.of("7", "cat")).flip()).isEqualTo(0.5);
        assertThat(Augment.NONE.limits(List.of("cat", "dog"))).isEqualTo(Distortion.NONE);
    }

    /** Mean image and whitening belong to places of the image, and are applied to what has been moved there. */
    @ParameterizedTest
    @EnumSource(value = Preprocessing.class, names = "PCA", mode = EnumSource.Mode.EXCLUDE)
    void everyPreprocessingLearnsFromDistortedImages(Preprocessing input) {
        Dataset middles = middles(DIGITS.subset(IntStream.range(0, 4000).toArray()));
        try (Device device = Device.open("cpu", new BackendOptions(2))) {
            var run = Trainer.of(Models.lenet5().input(1, SIDE, SIDE).build()).on(device).input(input).augment(Augment.LIGHT)
                    .epochs(4).seed(1).optimizer(Optimizers.byName("adam", Map.of("lr", "0.003")))
                    .fit(middles.subset(IntStream.range(0, 3000).toArray()));
            assertThat(run.evaluate(middles.subset(IntStream.range(3000, 4000).toArray())).top1()).isGreaterThan(0.7);
        }
    }

    /** Digits without their margin: whitening makes much of places where there is hardly ever ink. */
    private static Dataset middles(Dataset digits) {
        byte[][] images = new byte[digits.size()][SIDE * SIDE];
        int margin = (digits.width() - SIDE) / 2;
        for (int i = 0; i < images.length; i++) {
            byte[] whole = digits.identity(i);
            for (int y = 0; y < SIDE; y++)
                System.arraycopy(whole, (margin + y) * digits.width() + margin, images[i], y * SIDE, SIDE);
        }
        int[] labels = IntStream.range(0, images.length).map(digits::label).toArray();
        return new MemoryDataset("middles", digits.classes(), new ImageSize(1, SIDE, SIDE), images, labels);
    }

    @Test
    void imagesToLookAtAreThoseOfTheDataSetMoved() {
        Dataset some = DIGITS.subset(IntStream.range(0, 150).toArray());
        try (Device device = Device.open("cpu", new BackendOptions(2))) {
            Dataset moved = AugmentedImages.of(some, new Distortion(0, 0.125, 0, 1, 1), 3, device);
            assertThat(moved.classes()).isEqualTo(some.classes());
            int still = 0;
            for (int i = 0; i < some.size(); i++) {
                assertThat(moved.label(i)).isEqualTo(some.label(i));
                if (sum(moved.identity(i)) == sum(some.identity(i))) still++;
            }
            // digits have a margin of four pixels, so that a shift by three at most loses hardly any ink
            assertThat(still).isGreaterThan(100);
            assertThat(moved.fingerprint()).isNotEqualTo(some.fingerprint());
            assertThat(AugmentedImages.of(some, new Distortion(0, 0.125, 0, 1, 1), 3, device).fingerprint())
                    .isEqualTo(moved.fingerprint());
        }
    }

    private static int sum(byte... image) {
        int sum = 0;
        for (byte b : image) sum += b & 0xFF;
        return sum;
    }
}
