package org.gabor.cuda;

/**
 * A convolution or one of its gradients by cuDNN.
 *
 * @param problem what is computed
 * @param x address of the images, or of their gradient
 * @param w address of the filters, or of their gradient
 * @param y address of the result, or of its gradient
 * @param workspace address of as much scratch memory as the problem takes
 */
record Convolve(Problem problem, long x, long w, long y, long workspace) implements Work {}
