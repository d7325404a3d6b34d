package org.gabor.tests.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.data.Images;
import org.gabor.models.Models;
import org.gabor.optim.Sgd;
import org.gabor.spi.BackendOptions;
import org.gabor.train.Classifier;
import org.gabor.train.Device;
import org.gabor.train.Prediction;
import org.gabor.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One classifier, many threads: each gets what it would get alone. */
class ClassifierTest {
    private static final int THREADS = 8, CALLS = 25;

    @TempDir
    Path dir = Path.of("");

    @Test
    void manyThreadsMayAskAtOnce() throws Exception {
        Dataset digits = Datasets.digits(0).train().subset(IntStream.range(0, 320).toArray());
        var files = new ArrayList<Path>();
        for (int i = 0; i < CALLS; i++) {
            files.add(dir.resolve(i + ".png"));
            Images.writePng(files.getLast(), digits, i);
        }
        try (var device = Device.open("cpu", new BackendOptions(2)); var threads = Executors.newFixedThreadPool(THREADS)) {
            var run = Trainer.of(Models.lenet5().build()).on(device).optimizer(Sgd.lr(0.05).momentum(0.9)).fit(digits);
            run.best().save(dir.resolve("best.safetensors"));
            try (var classifier = Classifier.load(dir.resolve("best.safetensors"), device)) {
                List<List<Prediction>> alone = files.stream().map(f -> classifier.classify(f, 3)).toList();
                assertThat(alone.stream().distinct().count()).as("images differ").isGreaterThan(CALLS / 2);
                Callable<List<List<Prediction>>> asking = () -> {
                    var answers = new ArrayList<List<Prediction>>();
                    for (Path f : files) answers.add(classifier.classify(f, 3));
                    return answers;
                };
                for (var answers : threads.invokeAll(IntStream.range(0, THREADS).mapToObj(_ -> asking).toList()))
                    assertThat(answers.get()).isEqualTo(alone);
            }
        }
    }
}
