package org.gabor.cpu.kernel;

/**
 * A function of each row of scores x [n,c], all operands dense.
 *
 * @param kind which
 * @param n rows
 * @param c classes
 * @param x address of the scores, of softmax(x) for its gradient
 * @param labels address of a label a row; a label outside 0 to c - 1 gives NaN, or no hit
 * @param dy address of the result's gradient
 * @param k how many of the largest count ({@link Kind#IN_TOP_K} only)
 * @param result address of a value a row, or of a row of them
 */
public record Rows(Kind kind, int n, int c, long x, long labels, long dy, int k, long result) implements Description {
    /** Which function. */
    public enum Kind {
        SOFTMAX, SOFTMAX_GRADIENT, CROSS_ENTROPY, CROSS_ENTROPY_GRADIENT, IN_TOP_K
    }
}
