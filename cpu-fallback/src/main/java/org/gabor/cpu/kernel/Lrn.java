package org.gabor.cpu.kernel;

import org.gabor.graph.Normalization;

/**
 * Local response normalisation or its gradient, a row of all channels a unit of work.
 *
 * @param op size and constants
 * @param x address of x
 * @param dy address of dy, or 0 for the forward step
 * @param result address of y or dx
 * @param blocks blocks of images: steps of x, dy and the result
 * @param rows rows of an image: steps of x, dy and the result
 * @param channels channels: steps of x, dy and the result
 * @param run neighbouring elements of a row
 */
public record Lrn(Normalization.Lrn op, long x, long dy, long result, Loop blocks, Loop rows, Loop channels, int run)
        implements Description {}
