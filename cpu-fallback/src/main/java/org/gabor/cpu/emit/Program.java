package org.gabor.cpu.emit;

import java.util.List;

/**
 * The kernels of a plan, and what they hold.
 *
 * @param kernels in order
 * @param release gives back what they hold
 */
public record Program(List<Kernel> kernels, Runnable release) implements AutoCloseable {
    public Program {
        kernels = List.copyOf(kernels);
    }

    /** The kernels cannot run any more. Call once. */
    @Override
    public void close() { release.run(); }
}
