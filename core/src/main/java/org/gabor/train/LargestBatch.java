package org.gabor.train;

import java.util.function.IntConsumer;
import org.gabor.DeviceMemoryException;
import org.gabor.GaborException;
import org.gabor.spi.Backend;

/** Finds the batch that would have fitted, when one did not. */
final class LargestBatch {
    private LargestBatch() {}

    /**
     * The error with the largest batch that fits, found by trying, if the backend knows how much is free.
     *
     * @param batch images of the batch that did not fit
     * @param attempt allocates and gives back what a number of images needs, or throws {@link DeviceMemoryException}
     */
    static DeviceMemoryException explain(DeviceMemoryException e, Backend backend, int batch, IntConsumer attempt) {
        try {
            if (backend.freeBytes().isEmpty()) return e;
            int fits = 0;
            for (int tooMany = batch; tooMany - fits > 1;) {
                int images = (fits + tooMany) >>> 1;
                if (fits(backend, images, attempt)) fits = images;
                else tooMany = images;
            }
            String advice = fits == 0 ? "a batch of 1 image would not fit either" : "the largest batch that fits is " + fits;
            return new DeviceMemoryException(
                    e.getMessage() + ". For this network " + advice + " (it was " + batch + ")", e);
        } catch (GaborException other) {
            e.addSuppressed(other);
            return e;
        }
    }

    private static boolean fits(Backend backend, int images, IntConsumer attempt) {
        backend.freeBytes(); // gives back what the attempt before has left for later use
        try {
            attempt.accept(images);
            return true;
        } catch (DeviceMemoryException e) {
            return false;
        }
    }
}
