package org.gabor;

/** A file that cannot be written: disk full, read-only, not a regular file or folder. Exit code 9. */
public final class WriteException extends GaborException {
    /**
     * An error with its full text.
     *
     * @param message what was wrong, got and expected, and the fix
     */
    public WriteException(String message) {
        super(9, message, null);
    }

    /**
     * An error that another one led to.
     *
     * @param message what was wrong, got and expected, and the fix
     * @param cause   the error beneath
     */
    public WriteException(String message, Throwable cause) {
        super(9, message, cause);
    }
}
