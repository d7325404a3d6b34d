package org.gabor.graph;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far images may be moved at random. The limits are those of an image that is mirrored, turned and scaled about its
 * centre, and then shifted.
 *
 * @param flip probability of mirroring left and right, in [0, 1]
 * @param shift largest shift as a share of the side it goes along, in [0, 1); shifts are whole pixels
 * @param rotation largest angle in degrees, either way, in [0, 90]
 * @param least smallest scale, above 0; 1 leaves the size as it is
 * @param most largest scale
 */
public record Distortion(double flip, double shift, double rotation, double least, double most) {
    /** Images stay as they are. */
    public static final Distortion NONE = new Distortion(0, 0, 0, 1, 1);

    public Distortion {
        check(flip >= 0 && flip <= 1, "the probability of a flip must be in [0, 1]", flip);
        check(shift >= 0 && shift < 1, "the shift must be a share of the side, in [0, 1)", shift);
        check(rotation >= 0 && rotation <= 90, "the rotation must be 0 to 90 degrees", rotation);
        check(least > 0, "the smallest scale must be above 0", least);
        check(most >= least && most < Double.POSITIVE_INFINITY, "the largest scale must be " + least + " or more", most);
    }

    private static void check(boolean holds, String rule, double got) {
        if (!holds) throw new ShapeException("distortion: " + rule + ", got " + got);
    }

    /** The same without mirroring. */
    public Distortion withoutFlip() { return new Distortion(0, shift, rotation, least, most); }

    /** True if images are shifted by whole pixels and mirrored at most, so that pixels are copied as they are. */
    public boolean isWhole() { return rotation == 0 && least == 1 && most == 1; }

    /** The limits by name. */
    public Map<String, Object> describe() {
        var d = new LinkedHashMap<String, Object>();
        d.put("flip", flip);
        d.put("shift", shift);
        d.put("rotation", rotation);
        d.put("least", least);
        d.put("most", most);
        return d;
    }
}
