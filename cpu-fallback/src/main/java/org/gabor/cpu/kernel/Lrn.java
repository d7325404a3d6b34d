package org.gabor.cpu.kernel;

import org.gabor.graph.Normalization;

/**
 * Local response normalisation or its gradient, a row of pixels a unit of work. A pixel is [channels][lanes], without gaps.
 *
 * @param op size and constants
 * @param x address of x
 * @param dy address of dy, or 0 for the forward step
 * @param result address of y or dx
 * @param blocks blocks of images: steps of x, dy and the result
 * @param rows rows of an image: steps of x, dy and the result
 * @param w pixels of a row, which are adjacent
 * @param channels channels
 * @param lanes images side by side
 */
public record Lrn(Normalization.Lrn op, long x, long dy, long result, Loop blocks, Loop rows, int w, int channels, int lanes)
        implements Description {}
