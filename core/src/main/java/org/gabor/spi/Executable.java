package org.gabor.spi;

import java.util.Map;

/** A graph compiled for one backend. It owns one arena; a run allocates nothing. Not thread-safe. */
public interface Executable extends AutoCloseable {
    /** Runs once. On return the outputs hold the results, until the next run. */
    void run();

    /** The tensors to fill before a run, by name. They keep their values between runs. */
    Map<String, Tensor> inputs();

    /** The tensors that hold the results, by name. */
    Map<String, Tensor> outputs();

    /** Frees the arena. */
    @Override
    void close();
}
