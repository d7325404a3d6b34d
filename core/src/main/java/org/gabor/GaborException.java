package org.gabor;

import org.jspecify.annotations.Nullable;

/**
 * An error whose cause lies outside the engine: a mistake in a call, a file, a device. Its text names what was wrong,
 * what was got and what was expected, and how to put it right; it is written to be shown without a stack trace.
 * Any other throwable that leaves Gabor is a defect of Gabor (exit code 1).
 */
public abstract sealed class GaborException extends RuntimeException
        permits UsageException, DataException, DeviceException, DivergedException, QualityGateException,
        ModelFileException, DeviceMemoryException, WriteException {
    private final int exitCode;

    GaborException(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** The exit code with which the command line ends on this error, 2 to 9. */
    public final int exitCode() {
        return exitCode;
    }
}
