package org.gabor.cuda.dnn;

/**
 * An algorithm for one convolution.
 *
 * @param direction what it computes
 * @param number    cuDNN's number for it
 * @param workspace bytes of device memory that it needs while it runs
 */
public record Algorithm(Direction direction, int number, long workspace) {
    /** True if it gives the same bits every time. */
    public boolean isDeterministic() { return direction.isDeterministic(number); }

    /** Its name, to be kept with a checkpoint. */
    @Override
    public String toString() { return direction.name(number); }
}
