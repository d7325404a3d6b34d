package org.gabor.tests.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.gabor.DataException;
import org.gabor.UsageException;
import org.gabor.data.DataSplits;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.data.ImageSize;
import org.gabor.data.MemoryDataset;
import org.gabor.io.Json;
import org.gabor.models.Models;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Registry;
import org.gabor.optim.Sgd;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Backends;
import org.gabor.tests.UnderTest;
import org.gabor.train.Classifier;
import org.gabor.train.Device;
import org.gabor.train.Preprocessing;
import org.gabor.train.TrainedModel;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What preprocessing promises of the data it was fitted on, checked by statistics of what the graph gives. */
class PreprocessingTest {
    private static final String SHIFT = "/input/shift", MATRIX = "/input/matrix";

    static Stream<BackendProvider> backends() { return UnderTest.all(); }

    @ParameterizedTest
    @MethodSource("backends")
    void whitenedDataHasCovarianceOneAndConstantPixelsDoNoHarm(BackendProvider provider) {
        try (Backend backend = open(provider)) {
            // 5 of 75 values are constant, 10 are sums of others: 60 directions are left
            Dataset data = correlated(900, 75, 60, 5);
            check(data, backend, 300, 60);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theBorderOfDigitsDoesNoHarm(BackendProvider provider) {
        try (Backend backend = open(provider)) {
            check(Datasets.digits(0).test(), backend, 500, -1);
        }
    }

    /** Acceptance of issue 10: all 50,000 images, all 3072 values. */
    @Tag("slow")
    @Test
    void cifar10IsWhitened() throws IOException {
        Path archive = Path.of(System.getProperty("gabor.test.data", "none"), "cifar10-jpeg", "cifar10-jpeg-train.tar.gz");
        assumeTrue(Files.exists(archive), "skipped: no folder cifar10-jpeg in gabor.test.data");
        Dataset data = TarImages.read(archive, 32);
        assertThat(data.size()).isEqualTo(50_000);
        try (Backend backend = open(Backends.all().stream().filter(b -> b.name().equals("cpu")).findFirst().orElseThrow())) {
            check(data, backend, 500, -1);
        }
    }

    @Tag("slow")
    @Test
    void mnistIsWhitened() {
        Path dir = Path.of(System.getProperty("gabor.test.data", "none"), "mnist");
        assumeTrue(Files.isDirectory(dir), "skipped: no folder mnist in gabor.test.data");
        try (Backend backend = open(Backends.all().stream().filter(b -> b.name().equals("cpu")).findFirst().orElseThrow())) {
            check(Datasets.mnist(dir).train(), backend, 500, -1);
        }
    }

    private static Backend open(BackendProvider provider) {
        provider.unavailable().ifPresent(why -> assumeTrue(false, provider.name() + ": " + why));
        return provider.open(BackendOptions.DEFAULT);
    }

    /** PCA: ones on the diagonal, then zeros. ZCA: the projector on the directions that the columns of PCA's matrix span. */
    private static void check(Dataset data, Backend backend, int batch, int directions) {
        int d = data.imageBytes();
        Preprocessing.Fitted pca = timed(Preprocessing.PCA, data), zca = timed(Preprocessing.ZCA, data);
        float[] matrix = Objects.requireNonNull(pca.tensors().get(MATRIX)).floats();
        double[][] units = units(matrix, d);
        if (directions > 0) assertThat(units).hasNumberOfRows(directions);

        double[][] diagonal = new double[d][d];
        for (int i = 0; i < units.length; i++) diagonal[i][i] = 1;
        Whitened components = Whitened.of(data, pca, backend, batch);
        double pcaError = components.distance(diagonal);
        assertThat(Arrays.stream(components.mean()).map(Math::abs).max().orElseThrow()).isLessThan(1e-3);

        double[][] projector = new double[d][d];
        for (int i = 0; i < d; i++)
            for (double[] u : units) for (int j = 0; j < d; j++) projector[i][j] += u[i] * u[j];
        double zcaError = Whitened.of(data, zca, backend, batch).distance(projector);
        System.getLogger(PreprocessingTest.class.getName()).log(System.Logger.Level.INFO,
                "{0}: {1} of {2} directions, covariance differs by {3} (pca) and {4} (zca)", data.name(), units.length, d,
                Double.toString(pcaError), Double.toString(zcaError));
        assertThat(pcaError).isLessThan(1e-3);
        assertThat(zcaError).isLessThan(1e-3);
    }

    private static Preprocessing.Fitted timed(Preprocessing kind, Dataset data) {
        long start = System.nanoTime();
        Preprocessing.Fitted fitted = kind.fit(data);
        System.getLogger(PreprocessingTest.class.getName()).log(System.Logger.Level.INFO, "{0} fitted on {1} in {2} s",
                kind.label(), data.name(), (System.nanoTime() - start) / 1e9);
        return fitted;
    }

    /** The columns that are not 0, at length 1. */
    private static double[][] units(float[] matrix, int d) {
        return Stream.iterate(0, r -> r + 1).limit(d).map(r -> {
            double[] u = new double[d];
            double square = 0;
            for (int i = 0; i < d; i++) {
                u[i] = matrix[i * d + r];
                square += u[i] * u[i];
            }
            double length = Math.sqrt(square);
            return length == 0 ? new double[0] : Arrays.stream(u).map(x -> x / length).toArray();
        }).filter(u -> u.length > 0).toArray(double[][]::new);
    }

    @Test
    void theMeanImageIsSubtracted() {
        Dataset data = correlated(200, 12, 12, 0);
        Preprocessing.Fitted mean = Preprocessing.MEAN.fit(data);
        float[] shift = Objects.requireNonNull(mean.tensors().get(SHIFT)).floats();
        byte[] image = new byte[12];
        double[] sum = new double[12];
        for (int i = 0; i < 200; i++) {
            data.image(i, image, 0);
            for (int j = 0; j < 12; j++) sum[j] += (image[j] & 0xFF) / 255.0;
        }
        for (int j = 0; j < 12; j++) assertThat((double) shift[j]).isCloseTo(-sum[j] / 200, Offset.offset(1e-6));
    }

    @ParameterizedTest
    @EnumSource(Preprocessing.class)
    void whatWasFittedIsStoredWithTheModelAndUsedByAll(Preprocessing kind, @TempDir Path dir) {
        DataSplits digits = Datasets.digits(0);
        Dataset train = digits.train().subset(IntStream.range(0, 1280).toArray());
        Dataset test = digits.test().subset(IntStream.range(0, 300).toArray());
        try (var device = Device.auto()) {
            TrainingRun run = Trainer.of(Models.lenet5().build()).on(device).optimizer(Sgd.lr(0.02).momentum(0.9)).epochs(3)
                    .batch(32).input(kind).fit(train);
            double accuracy = run.evaluate(test).top1();
            // components are no neighbours: a convolution makes little of them in so few steps
            if (kind != Preprocessing.PCA) assertThat(accuracy).isGreaterThan(0.5);
            run.best().save(dir.resolve("m.safetensors"));
            TrainedModel loaded = TrainedModel.load(dir.resolve("m.safetensors"));
            assertThat(loaded.scaling()).isEqualTo(run.best().scaling());
            assertThat(loaded.scaling().kind()).isEqualTo(kind);
            assertThat(TrainingRun.evaluate(device, loaded, test)).isEqualTo(run.evaluate(test));
            try (var classifier = Classifier.of(loaded, device)) {
                int right = 0;
                for (int i = 0; i < test.size(); i++) {
                    byte[] image = new byte[test.imageBytes()];
                    test.image(i, image, 0);
                    if (classifier.classifyPixels(List.of(image), 1).getFirst().getFirst().index() == test.label(i)) right++;
                }
                assertThat((double) right / test.size()).isEqualTo(accuracy);
            }
        }
    }

    @Test
    void theTestPartHasNoSayInWhatIsFitted() {
        Dataset data = correlated(400, 12, 12, 0);
        var split = Datasets.split(data, 0.5, 1);
        Map<String, ?> whole = Preprocessing.ZCA.fit(data).tensors(), part = Preprocessing.ZCA.fit(split.train()).tensors();
        try (var device = Device.auto()) {
            var spec = ModelSpec.fromJson(Json.parse("""
                    {"name": "flat", "input": [3, 2, 2], "classes": 2, "network": ["flatten", {"dense": 2}]}"""), "flat",
                    Registry.STANDARD);
            var run = Trainer.of(spec).on(device).seed(1).validate(0.5).input(Preprocessing.ZCA).fit(data);
            assertThat(run.best().tensors().get(MATRIX)).isEqualTo(part.get(MATRIX)).isNotEqualTo(whole.get(MATRIX));
        }
    }

    @Test
    void whatCannotBeWhitenedIsRefused() {
        assertThatThrownBy(() -> Preprocessing.ZCA.fit(correlated(3, 5043, 1, 0))).isInstanceOf(UsageException.class)
                .hasMessageContainingAll("at most 4096 values", "5043", "--input standard");
        assertThatThrownBy(() -> Preprocessing.PCA.fit(correlated(3, 12, 1, 12))).isInstanceOf(DataException.class)
                .hasMessageContaining("are the same");
    }

    /** Images of 3 x h x h values: {@code constant} are always 9, {@code free} random, the others means of two of those. */
    private static Dataset correlated(int n, int values, int free, int constant) {
        var random = new Random(5);
        byte[][] images = new byte[n][values];
        for (byte[] image : images) {
            for (int i = 0; i < values; i++) {
                int a = i - free, b = i * 7 % Math.max(1, free);
                image[i] = (byte) (i < free ? 2 * random.nextInt(64) + i
                        : (Math.floorMod(image[a % free] & 0xFF, 256) + (image[b] & 0xFF)) / 2);
            }
            for (int i = values - constant; i < values; i++) image[i] = 9;
        }
        int h = (int) Math.round(Math.sqrt(values / 3.0));
        return new MemoryDataset("correlated", List.of("a", "b"), new ImageSize(3, h, h), images,
                IntStream.range(0, n).map(i -> i % 2).toArray());
    }
}
