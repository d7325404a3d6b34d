package org.gabor.data;

import java.util.Locale;

/** What becomes of files of an image folder that cannot be decoded. */
public enum BadImages {
    /** The first one is an error. */
    FAIL,
    /** They are left out, and {@link DataSplits#skipped} names them. */
    SKIP;

    /** The name on the command line. */
    public String label() { return name().toLowerCase(Locale.ROOT); }
}
