package org.gabor.cpu.kernel;

/**
 * Sets the guard and the step it was set in, unless it is set already, if the loss or one of the gradients is NaN or
 * infinite.
 *
 * @param guard address of the guard's two ints
 * @param step address of the step's number
 * @param loss address of the loss
 * @param gradients address of the gradient slab
 * @param count elements of the slab
 */
public record FiniteScan(long guard, long step, long loss, long gradients, long count) implements Description {}
