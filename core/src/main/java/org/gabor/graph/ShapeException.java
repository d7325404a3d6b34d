package org.gabor.graph;

import org.gabor.UsageException;

/** Values that do not fit together: the message names the operation, what was got and what was expected. */
public final class ShapeException extends UsageException {
    /** An error described by {@code message}. */
    public ShapeException(String message) {
        super(message);
    }
}
