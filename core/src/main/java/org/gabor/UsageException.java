package org.gabor;

/**
 * A call, option or configuration that makes no sense: an unknown name, a wrong shape, a value out of range.
 * Exit code 2.
 */
public non-sealed class UsageException extends GaborException {
    /**
     * An error with its full text.
     *
     * @param message what was wrong, got and expected, and the fix
     */
    public UsageException(String message) {
        super(2, message, null);
    }

    /**
     * An error that another one led to.
     *
     * @param message what was wrong, got and expected, and the fix
     * @param cause   the error beneath
     */
    public UsageException(String message, Throwable cause) {
        super(2, message, cause);
    }
}
