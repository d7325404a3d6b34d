package org.gabor.spi;

import org.gabor.UsageException;

/**
 * What a user can ask of a backend.
 *
 * @param threads worker threads of a CPU backend; 0 for one a core
 * @param kernels which kernels a CPU backend runs: {@code avx512}, {@code avx2} or {@code java}; empty for what the system
 * property {@code gabor.cpu.emitter} says, and without that the fastest
 * @param precision in which numbers convolutions and products are computed
 * @param deterministic whether the same training must give the same bytes every time; a CPU backend always does
 */
public record BackendOptions(int threads, String kernels, Precision precision, boolean deterministic) {
    /** Nothing asked for. */
    public static final BackendOptions DEFAULT = new BackendOptions(0);

    public BackendOptions {
        if (threads < 0) throw new UsageException("threads must be 1 or more (0: one a core), got " + threads);
    }

    /** A number of threads and kinds of kernels, and nothing else asked for. */
    public BackendOptions(int threads, String kernels) {
        this(threads, kernels, Precision.FP32, false);
    }

    /** A number of threads, and nothing else asked for. */
    public BackendOptions(int threads) {
        this(threads, "");
    }
}
