package org.gabor;

/** A device (or the host) that lacks the memory for what was asked. Exit code 8. */
public final class DeviceMemoryException extends GaborException {
    /**
     * An error with its full text.
     *
     * @param message what was wrong, got and expected, and the fix
     */
    public DeviceMemoryException(String message) {
        super(8, message, null);
    }

    /**
     * An error that another one led to.
     *
     * @param message what was wrong, got and expected, and the fix
     * @param cause   the error beneath
     */
    public DeviceMemoryException(String message, Throwable cause) {
        super(8, message, cause);
    }
}
