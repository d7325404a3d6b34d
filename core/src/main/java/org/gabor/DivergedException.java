package org.gabor;

/** A training whose loss or gradients became infinite or NaN. Exit code 5. */
public final class DivergedException extends GaborException {
    /**
     * An error with its full text.
     *
     * @param message what was wrong, got and expected, and the fix
     */
    public DivergedException(String message) {
        super(5, message, null);
    }

    /**
     * An error that another one led to.
     *
     * @param message what was wrong, got and expected, and the fix
     * @param cause   the error beneath
     */
    public DivergedException(String message, Throwable cause) {
        super(5, message, cause);
    }
}
