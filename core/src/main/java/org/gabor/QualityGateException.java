package org.gabor;

/** A measured quality that missed the threshold that was set for it. Exit code 6. */
public final class QualityGateException extends GaborException {
    /**
     * An error with its full text.
     *
     * @param message what was wrong, got and expected, and the fix
     */
    public QualityGateException(String message) {
        super(6, message, null);
    }

    /**
     * An error that another one led to.
     *
     * @param message what was wrong, got and expected, and the fix
     * @param cause   the error beneath
     */
    public QualityGateException(String message, Throwable cause) {
        super(6, message, cause);
    }
}
