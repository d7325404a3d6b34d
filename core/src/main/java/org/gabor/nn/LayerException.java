package org.gabor.nn;

import org.gabor.UsageException;

/**
 * A layer that does not fit where it stands: the message names it by its path, and by file and line if it was read from
 * one.
 */
public final class LayerException extends UsageException {
    private final int line;

    /** An error with its full text. */
    public LayerException(String message) {
        this(0, message);
    }

    /** An error whose text is still to get its file and line; the line is 0 if there is none. */
    LayerException(int line, String message) {
        super(message);
        this.line = line;
    }

    /** The line in the file it was read from, 0 if the text says all that is known. */
    int line() { return line; }
}
