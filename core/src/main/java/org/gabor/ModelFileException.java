package org.gabor;

/** A model or checkpoint file that is damaged, or does not fit what it is loaded into. Exit code 7. */
public final class ModelFileException extends GaborException {
    /**
     * An error with its full text.
     *
     * @param message what was wrong, got and expected, and the fix
     */
    public ModelFileException(String message) {
        super(7, message, null);
    }

    /**
     * An error that another one led to.
     *
     * @param message what was wrong, got and expected, and the fix
     * @param cause   the error beneath
     */
    public ModelFileException(String message, Throwable cause) {
        super(7, message, cause);
    }
}
