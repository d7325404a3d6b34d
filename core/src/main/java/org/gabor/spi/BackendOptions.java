package org.gabor.spi;

/**
 * What a user can ask of a backend.
 *
 * @param threads worker threads of a CPU backend; 0 for one a core
 */
public record BackendOptions(int threads) {
    /** Nothing asked for. */
    public static final BackendOptions DEFAULT = new BackendOptions(0);

    public BackendOptions {
        if (threads < 0)
            throw new org.gabor.UsageException("threads must be 1 or more (0: one a core), got " + threads);
    }
}
