package org.gabor.tests.train;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.gabor.data.Augment;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.nn.Activations.Relu;
import org.gabor.nn.BatchNorm;
import org.gabor.nn.Conv2d;
import org.gabor.nn.Dense;
import org.gabor.nn.Init;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Pools.MaxPool;
import org.gabor.nn.Regularization.Dropout;
import org.gabor.nn.Structure.Sequential;
import org.gabor.optim.Schedules;
import org.gabor.spi.BackendOptions;
import org.gabor.train.Device;
import org.gabor.train.RunFolder;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingRun;

/** A training of milliseconds that has all that a checkpoint must hold: dropout, batch norm, optimizer state. */
public final class SmallTraining {
    static final int BATCH = 16;
    /** Steps an epoch; a checkpoint is saved after each. */
    public static final int STEPS = 5;
    /** Epochs of {@link #trainer}. */
    public static final int EPOCHS = 4;
    private static final Dataset DIGITS = Datasets.digits(0).train();
    static final Dataset TRAIN = part(0, BATCH * STEPS), HELD = part(5_000, 40);
    private static final ModelSpec MODEL = new ModelSpec("small", 1, 28, 28, 10,
            new Sequential(Conv2d.of(8, 5).stride(3).withoutBias(), new BatchNorm(), new Relu(), MaxPool.of(2),
                    new Dropout(0.3), new Dense(10, true, Init.HE_NORMAL)));
    /** Stays open until the process ends. */
    private static final Device DEVICE = Device.open("cpu", new BackendOptions(2));

    private SmallTraining() {}

    /** Of the small network. */
    public static Trainer trainer() { return of(MODEL); }

    /** Of another network. */
    static Trainer of(ModelSpec model) {
        return Trainer.of(model).on(DEVICE).schedule(Schedules.cosine()).epochs(EPOCHS).batch(BATCH).saveEvery(Duration.ZERO)
                .augment(Augment.LIGHT);
    }

    /** Trains into a folder. */
    public static TrainingRun fit(Trainer trainer, RunFolder folder) {
        return trainer.listener(folder).fit(TRAIN, Optional.of(HELD));
    }

    /** True from the time on when it has been asked so often, which is once a step. */
    public static BooleanSupplier after(int steps) {
        var asked = new AtomicInteger();
        return () -> asked.getAndIncrement() >= steps;
    }

    static Dataset part(int from, int count) {
        return DIGITS.subset(IntStream.range(from, from + count).toArray());
    }
}
