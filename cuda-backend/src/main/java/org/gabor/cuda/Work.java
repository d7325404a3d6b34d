package org.gabor.cuda;

/**
 * One thing that a stream is asked to do. Addresses are fixed, so that a list of works can be captured once and run as a
 * graph any number of times.
 */
sealed interface Work permits Launch, Work.Clear, Work.Move, Convolve, Multiply {
    /** Sets bytes to 0. */
    record Clear(long address, long bytes) implements Work {}

    /** Copies bytes from one place of the device to another. */
    record Move(long from, long to, long bytes) implements Work {}
}
