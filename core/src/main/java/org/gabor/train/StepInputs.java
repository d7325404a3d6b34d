package org.gabor.train;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import org.gabor.data.Loader;
import org.gabor.spi.Tensor;
import org.jspecify.annotations.Nullable;

/** The numbers that a training step is told besides its images. What changes with every step is fed without allocating. */
final class StepInputs {
    private final Tensor lr;
    private final Tensor step;
    /** Only networks that draw random numbers have it. */
    private final @Nullable Tensor epoch;
    private final float[] rate = new float[1];
    private final int[] number = new int[1];
    private final MemorySegment rateBytes = MemorySegment.ofArray(rate);
    private final MemorySegment numberBytes = MemorySegment.ofArray(number);

    StepInputs(Map<String, Tensor> inputs, long seed) {
        this.lr = Objects.requireNonNull(inputs.get("lr"));
        this.step = Objects.requireNonNull(inputs.get("step"));
        this.epoch = inputs.get("epoch");
        Tensor key = inputs.get("seed");
        if (key != null) key.set((int) seed, (int) (seed >>> 32));
    }

    /** Copies a batch into the inputs {@code images} and {@code labels}. */
    static void feed(Loader.Batch batch, Map<String, Tensor> inputs) {
        Objects.requireNonNull(inputs.get("images")).copyIn(batch.imageBytes());
        Objects.requireNonNull(inputs.get("labels")).copyIn(batch.labelWords());
    }

    /** An epoch begins. */
    void epoch(int now) { if (epoch != null) epoch.set(now); }

    /** A step begins. */
    void step(double learningRate, long now) {
        rate[0] = (float) learningRate;
        lr.copyIn(rateBytes);
        number[0] = Math.toIntExact(now);
        step.copyIn(numberBytes);
    }
}
