package org.gabor.cpu.kernel;

import org.gabor.graph.Augmentation;

/**
 * Random affine maps, one an image.
 *
 * @param op limits, images and stream
 * @param seed address of the seed, two ints
 * @param step address of the step
 * @param epoch address of the epoch
 * @param result address of the maps, [6,n]
 */
public record DrawMaps(Augmentation.DrawMaps op, long seed, long step, long epoch, long result) implements Description {}
