package org.gabor.train;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.gabor.data.Dataset;
import org.gabor.spi.Tensor;

/** Images and labels of one batch on their way from a data set to an executable; used again for every batch. */
final class Batch {
    private final Dataset data;
    private final byte[] images;
    private final int[] labels;
    // made once: a training step allocates nothing
    private final MemorySegment imageBytes;
    private final MemorySegment labelWords;

    Batch(Dataset data, int size) {
        this.data = data;
        this.images = new byte[Math.multiplyExact(size, data.imageBytes())];
        this.labels = new int[size];
        this.imageBytes = MemorySegment.ofArray(images);
        this.labelWords = MemorySegment.ofArray(labels);
    }

    /** Takes the images at {@code order.applyAsInt(first)}, {@code order.applyAsInt(first + 1)}, ... */
    void fill(IntUnaryOperator order, int first) {
        for (int i = 0; i < labels.length; i++) {
            int at = order.applyAsInt(first + i);
            data.image(at, images, i * data.imageBytes());
            labels[i] = data.label(at);
        }
    }

    /** Copies the batch into the inputs {@code images} and {@code labels}. */
    void feed(Map<String, Tensor> inputs) {
        Objects.requireNonNull(inputs.get("images")).copyIn(imageBytes);
        Objects.requireNonNull(inputs.get("labels")).copyIn(labelWords);
    }
}
