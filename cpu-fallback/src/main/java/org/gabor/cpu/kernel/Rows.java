package org.gabor.cpu.kernel;

import org.gabor.graph.Loss;

/**
 * A function of each sample's scores, all operands dense. Sample i of image i / plane has its class j at
 * (i / plane c + j) plane + i mod plane.
 *
 * @param f which: all but sums and their gradient
 * @param samples how many
 * @param c classes
 * @param plane samples of an image, 1 for a matrix of scores
 * @param x address of the scores, or of the function's result for gradients that are written in terms of it
 * @param labels address of a label a sample
 * @param dy address of the result's gradient
 * @param result address of a value a sample, or of values like x
 */
public record Rows(Loss f, int samples, int c, int plane, long x, long labels, long dy, long result)
        implements Description {}
