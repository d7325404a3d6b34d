package org.gabor.train;

import java.util.OptionalLong;
import java.util.function.IntFunction;
import org.gabor.DeviceMemoryException;
import org.gabor.compile.Plan;
import org.gabor.spi.Backend;

/** Finds the batch that would have fitted, when one did not. */
final class LargestBatch {
    private LargestBatch() {}

    /**
     * The error with the largest batch whose plan fits into what is free, as far as that is known.
     *
     * @param batch images of the batch that did not fit
     * @param plan the plan for a number of images; it grows with them
     */
    static DeviceMemoryException explain(DeviceMemoryException e, Backend backend, int batch, IntFunction<Plan> plan) {
        OptionalLong free = backend.freeBytes();
        if (free.isEmpty()) return e;
        int fits = 0;
        for (int tooMany = batch; tooMany - fits > 1;) {
            int images = (fits + tooMany) >>> 1;
            if (plan.apply(images).arenaBytes() <= free.getAsLong()) fits = images;
            else tooMany = images;
        }
        String advice = fits == 0 ? "a batch of 1 image would not fit either" : "the largest batch that fits is " + fits;
        return new DeviceMemoryException(
                e.getMessage() + ". For this network " + advice + " (it was " + batch + ")", e);
    }
}
