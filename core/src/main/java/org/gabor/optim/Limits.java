package org.gabor.optim;

import org.gabor.UsageException;

/** What optimizers ask of their settings. */
final class Limits {
    private Limits() {}

    /** Throws unless {@code 0 <= value}, and finite. */
    static void notNegative(String optimizer, String setting, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY))
            throw new UsageException(optimizer + ": " + setting + " must be 0 or more, got " + value);
    }

    /** Throws unless {@code 0 <= value < 1}. */
    static void share(String optimizer, String setting, double value) {
        if (!(value >= 0 && value < 1))
            throw new UsageException(optimizer + ": " + setting + " must be in [0, 1), got " + value);
    }

    /** Throws unless {@code 0 < value}, and finite. */
    static void positive(String optimizer, String setting, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY))
            throw new UsageException(optimizer + ": " + setting + " must be above 0, got " + value);
    }
}
