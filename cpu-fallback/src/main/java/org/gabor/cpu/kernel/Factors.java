package org.gabor.cpu.kernel;

import org.gabor.graph.UpdateRule;

/**
 * The few numbers that an update of all weights needs once, computed in double precision and stored as floats: the
 * bias corrections of a step, or the share that a clipped gradient keeps.
 */
public sealed interface Factors extends Description {
    /**
     * Factors of one step.
     *
     * <p>SGD with momentum: the factors of v and of g', which are 0 and 1 in the first step. Adam: lr / (1 - beta1^t)
     * and 1 / sqrt(1 - beta2^t).
     *
     * @param rule SGD with momentum, or Adam
     * @param step address of the step's number, counted from 0
     * @param rate address of the learning rate
     * @param result address of two floats
     */
    record OfStep(UpdateRule rule, long step, long rate, long result) implements Factors {}

    /**
     * min(1, limit / (norm + 1e-6)).
     *
     * @param squares address of partial sums of squares in double precision
     * @param count how many
     * @param limit of the norm
     * @param result address of a float
     */
    record Clip(long squares, int count, double limit, long result) implements Factors {}
}
