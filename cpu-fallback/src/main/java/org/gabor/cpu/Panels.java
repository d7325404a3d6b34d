package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * Some columns of filters, cut into panels of equal width that are packed one behind the other. What is read for a tile
 * of columns is then one stream.
 *
 * @param first the first column
 * @param count how many panels
 * @param width columns of a panel
 */
record Panels(int first, int count, int width) {
    /** Columns of a panel: two vectors of the widest kind. */
    private static final int WIDTH = 32;
    /** Columns of a panel where there are no more than that. */
    private static final int NARROW = 16;

    /** The panels of all columns: full ones, and a narrower one for what is left. */
    static List<Panels> of(int columns) {
        int width = columns <= NARROW ? NARROW : WIDTH, full = columns / width, rest = columns % width;
        var panels = new ArrayList<Panels>();
        if (full > 0) panels.add(new Panels(0, full, width));
        if (rest > 0) panels.add(new Panels(full * width, 1, rest));
        return panels;
    }

    /** Bytes of a panel of {@code rows} rows. */
    long bytes(long rows) { return rows * width * Float.BYTES; }
}
