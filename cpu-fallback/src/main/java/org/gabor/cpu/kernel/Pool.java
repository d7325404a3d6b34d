package org.gabor.cpu.kernel;

import org.gabor.graph.Window;

/**
 * A pooling or its gradient, one plane of {@code lanes} images a unit of work.
 *
 * @param kind which
 * @param window how it slides
 * @param blocks blocks of images: steps of x, dy and the result
 * @param channels channels: steps of x, dy and the result
 * @param x address of the input (gradients of means have none)
 * @param dy address of the result's gradient (gradients only)
 * @param result address of y or dx
 * @param h rows of x
 * @param w columns of x
 * @param lanes images side by side
 * @param row step of x, dy and result from row to row; columns of one row are adjacent
 */
public record Pool(Kind kind, Window window, Loop blocks, Loop channels, long x, long dy, long result, int h, int w,
        int lanes, Loop row) implements Description {
    /** Which pooling. */
    public enum Kind {
        MAX, MEAN, MAX_GRADIENT, MEAN_GRADIENT
    }
}
