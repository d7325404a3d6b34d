package org.gabor.cpu.kernel;

import java.util.List;

/**
 * Sums over all elements of a channel, one channel a unit of work, in double precision and in a fixed order.
 *
 * @param kind what is summed
 * @param channels how many
 * @param x address of x, or of the one value that is summed
 * @param dy address of dy ({@link Kind#GRADIENT} only)
 * @param channel steps of x (a) and dy (b) from channel to channel
 * @param outer loops around a run: steps of x and dy
 * @param run the innermost loop: steps of x and dy
 * @param stats address of means and variances, for {@link Kind#GRADIENT}
 * @param scale factor of a plain sum
 * @param eps added to the variance ({@link Kind#GRADIENT} only)
 * @param result address of a value a channel, of two rows of them for moments and gradients
 */
public record Sums(Kind kind, int channels, long x, long dy, Loop channel, List<Loop> outer, Loop run, long stats,
        double scale, double eps, long result) implements Description {
    public Sums {
        outer = List.copyOf(outer);
    }

    /** What is summed. */
    public enum Kind {
        /** scale times the sum of x. */
        TOTAL,
        /** Mean and biased variance of x, in two passes. */
        MOMENTS,
        /** The sum of dy, and of dy (x - mean) / sqrt(variance + eps). */
        GRADIENT
    }
}
