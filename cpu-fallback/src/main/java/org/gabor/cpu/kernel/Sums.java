package org.gabor.cpu.kernel;

import java.util.List;

/**
 * Sums of elements, one result a unit of work, in double precision and in a fixed order.
 *
 * @param kind what is summed
 * @param units the results, such as channels: steps of x (a), dy (b) and the result (c)
 * @param x address of x
 * @param dy address of dy (gradients and products only)
 * @param outer loops around a run: steps of x and dy
 * @param run the innermost loop: steps of x and dy
 * @param stats address of means and variances, for {@link Kind#GRADIENT}
 * @param scale factor of a plain sum
 * @param eps added to the variance ({@link Kind#GRADIENT} only)
 * @param result address of the results, of two dense rows of them for moments and gradients
 */
public record Sums(Kind kind, List<Loop> units, long x, long dy, List<Loop> outer, Loop run, long stats, double scale,
        double eps, long result) implements Description {
    public Sums {
        units = List.copyOf(units);
        outer = List.copyOf(outer);
    }

    /** What is summed. */
    public enum Kind {
        /** scale times the sum of x. */
        TOTAL,
        /** The sum of x dy. */
        PRODUCT,
        /** Mean and biased variance of x, in two passes. */
        MOMENTS,
        /** The sum of dy, and of dy (x - mean) / sqrt(variance + eps). */
        GRADIENT
    }
}
