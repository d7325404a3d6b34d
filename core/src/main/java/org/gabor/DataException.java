package org.gabor;

/** A data set, label or image that cannot be read or used. Exit code 3. */
public final class DataException extends GaborException {
    /**
     * An error with its full text.
     *
     * @param message what was wrong, got and expected, and the fix
     */
    public DataException(String message) {
        super(3, message, null);
    }

    /**
     * An error that another one led to.
     *
     * @param message what was wrong, got and expected, and the fix
     * @param cause   the error beneath
     */
    public DataException(String message, Throwable cause) {
        super(3, message, cause);
    }
}
