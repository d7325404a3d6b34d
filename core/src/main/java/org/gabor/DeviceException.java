package org.gabor;

/** A device that was asked for and cannot be used. Exit code 4. */
public final class DeviceException extends GaborException {
    /**
     * An error with its full text.
     *
     * @param message what was wrong, got and expected, and the fix
     */
    public DeviceException(String message) {
        super(4, message, null);
    }

    /**
     * An error that another one led to.
     *
     * @param message what was wrong, got and expected, and the fix
     * @param cause   the error beneath
     */
    public DeviceException(String message, Throwable cause) {
        super(4, message, cause);
    }
}
