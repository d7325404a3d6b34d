package org.gabor.tests.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.gabor.data.Dataset;
import org.gabor.data.ImageSize;
import org.gabor.data.MemoryDataset;
import org.gabor.nn.Activations.Relu;
import org.gabor.nn.BatchNorm;
import org.gabor.nn.Conv2d;
import org.gabor.nn.Dense;
import org.gabor.nn.Init;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Pools.MaxPool;
import org.gabor.nn.Regularization.Dropout;
import org.gabor.nn.Structure.Sequential;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Precision;
import org.gabor.tests.softgpu.SoftwareGpu;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingListener;

/**
 * A training of a few milliseconds that uses all that the CUDA backend has: a convolution, batch norm, pooling, dropout, a
 * dense layer, evaluation, checkpoints; its data set on the device or fed batch by batch. The same bytes come out each time.
 *
 * @param data images to train on
 * @param held images to evaluate on
 * @param epochs passes
 */
record TinyTraining(Dataset data, Dataset held, int epochs) {
    static final int BATCH = 4;
    private static final int CLASSES = 3, SIDE = 8;
    static final ModelSpec MODEL = new ModelSpec("tiny", 1, SIDE, SIDE, CLASSES,
            new Sequential(Conv2d.of(4, 3).padding(1), new BatchNorm(), new Relu(), MaxPool.of(2), new Dropout(0.3),
                    new Dense(CLASSES, true, Init.HE_NORMAL)));

    /** How the images come to the device. */
    enum Feed {
        /** All at once, before the first step. */
        RESIDENT,
        /** Before each step, by a second stream. */
        STREAMED
    }

    /** Two epochs of two steps. */
    static TinyTraining of(Feed feed) { return of(feed, 2, 2); }

    static TinyTraining of(Feed feed, int steps, int epochs) {
        Dataset images = images(steps * BATCH, 1);
        return new TinyTraining(feed == Feed.RESIDENT ? images : new Unloaded(images), images(BATCH, 2), epochs);
    }

    private static Dataset images(int count, long seed) {
        var random = new Random(seed);
        var images = new byte[count][SIDE * SIDE];
        for (byte[] image : images) random.nextBytes(image);
        return new MemoryDataset("tiny", List.of("a", "b", "c"), new ImageSize(1, SIDE, SIDE), images,
                IntStream.range(0, count).map(i -> i % CLASSES).toArray());
    }

    /** The software device, by the way that a user takes. */
    static org.gabor.train.Device open() {
        var options = new BackendOptions(0, "", Precision.FP32, true);
        return SoftwareGpu.with(() -> org.gabor.train.Device.open("cuda", options));
    }

    Trainer trainer(org.gabor.train.Device device) {
        return Trainer.of(MODEL).on(device).batch(BATCH).epochs(epochs).workers(1);
    }

    /** Trains, and returns the bytes of the last checkpoint. */
    byte[] checkpoint(org.gabor.train.Device device, Path folder) {
        Path file = folder.resolve("last.safetensors");
        trainer(device).listener(new TrainingListener() {
            @Override
            public void checkpoint(Snapshot model) { model.resumable().save(file); }
        }).fit(data, Optional.of(held));
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says of itself that its images are not in memory. */
    private record Unloaded(Dataset images) implements Dataset {
        @Override
        public String name() { return images.name(); }

        @Override
        public int size() { return images.size(); }

        @Override
        public int channels() { return images.channels(); }

        @Override
        public int height() { return images.height(); }

        @Override
        public int width() { return images.width(); }

        @Override
        public List<String> classes() { return images.classes(); }

        @Override
        public int label(int index) { return images.label(index); }

        @Override
        public void image(int index, byte[] target, int offset) { images.image(index, target, offset); }
    }
}
