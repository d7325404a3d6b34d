package org.gabor.cpu.kernel;

import org.gabor.graph.Sampling;

/**
 * The samples of a step.
 *
 * @param op how many of how many
 * @param seed address of the two words of the seed
 * @param step address of the step's number
 * @param epoch address of the epoch's number
 * @param result address of the samples' numbers
 */
public record Order(Sampling.Order op, long seed, long step, long epoch, long result) implements Description {}
