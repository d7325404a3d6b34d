package org.gabor.spi;

import java.util.Map;

/** A graph compiled for one backend. It owns one arena; a run allocates nothing. Not thread-safe. */
public interface Executable extends AutoCloseable {
    /** Runs once. On return the outputs hold the results, until the next run. */
    void run();

    /**
     * Runs once with the same results, but step by step: what {@link #run} does at once for several steps is done apart, so
     * that the times add up to more than a run takes.
     *
     * @return nanoseconds of each step of the plan, in its order
     */
    long[] profile();

    /**
     * What the last digits of its results depend on besides the graph, by name: the device, versions of libraries, the
     * algorithm of each convolution. To be kept with results that others are to get again; empty if there is nothing.
     */
    default Map<String, String> algorithms() { return Map.of(); }

    /** The tensors to fill before a run, by name. They keep their values between runs. */
    Map<String, Tensor> inputs();

    /** The tensors that hold the results, by name. */
    Map<String, Tensor> outputs();

    /** Frees the arena. */
    @Override
    void close();
}
