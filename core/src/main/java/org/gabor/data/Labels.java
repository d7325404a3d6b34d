package org.gabor.data;

import java.nio.file.Path;
import java.util.List;
import org.gabor.DataException;

/** Labels as they stand in files. */
final class Labels {
    private Labels() {
    }

    /**
     * The label itself, if it names a class.
     *
     * @param index  which record it belongs to
     * @param offset where in the file it stands
     */
    static int check(int label, List<String> classes, Path file, int index, long offset) {
        if (label >= classes.size()) {
            throw new DataException(file + " has label " + label + " for record " + index + " at byte " + offset
                    + ", expected 0 to " + (classes.size() - 1) + "; the file is damaged, or holds other classes.");
        }
        return label;
    }
}
