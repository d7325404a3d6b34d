package org.gabor.nn;

import org.gabor.UsageException;

/**
 * A layer that does not fit where it stands: the message names it by its path, and by file and line if it was read from
 * one.
 */
public final class LayerException extends UsageException {
    /** An error with its full text. */
    public LayerException(String message) {
        super(message);
    }
}
