package org.gabor.data;

import java.util.List;
import java.util.Locale;
import org.gabor.graph.Distortion;

/**
 * How images are changed at random in training, so that a network never sees one twice the same; evaluation and prediction
 * see them as they are.
 */
public enum Augment {
    /** Not at all. */
    NONE,
    /**
     * Half of the images mirrored, shifts by whole pixels up to an eighth of the side (what comes in is black), turns by up to
     * 6 degrees, sizes of 0.9 to 1.1.
     */
    LIGHT;

    /** The name on the command line. */
    public String label() { return name().toLowerCase(Locale.ROOT); }

    /**
     * How far images of these classes may be moved. Where classes are digits or letters, each a name of one character, nothing
     * is mirrored: that would be another character, or none.
     */
    public Distortion limits(List<String> classes) {
        boolean characters = classes.stream().allMatch(c -> c.codePointCount(0, c.length()) == 1);
        return characters ? limits().withoutFlip() : limits();
    }

    private Distortion limits() {
        return switch (this) {
            case NONE -> Distortion.NONE;
            case LIGHT -> new Distortion(0.5, 0.125, 6, 0.9, 1.1);
        };
    }
}
