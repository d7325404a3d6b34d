package org.gabor.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gabor.UsageException;

/**
 * The dimensions of an image.
 *
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param height   in pixels, 1 to 65535
 * @param width    in pixels, 1 to 65535
 */
public record ImageSize(int channels, int height, int width) {
    static final int LONGEST_SIDE = 0xFFFF;
    private static final Pattern TEXT = Pattern.compile("(?:(\\d{1,9})x)?(?:(\\d{1,9})x)?(\\d{1,9})");

    /**
     * Checks the dimensions.
     *
     * @throws UsageException if one is out of range, or an image would have more than 2^31 - 1 bytes
     */
    public ImageSize {
        if (channels != 1 && channels != 3) {
            throw new UsageException("an image has 1 channel (grey) or 3 (colour), got " + channels + ".");
        }
        if (height < 1 || width < 1 || height > LONGEST_SIDE || width > LONGEST_SIDE) {
            throw new UsageException("a side of an image is 1 to " + LONGEST_SIDE + " pixels, got " + height
                    + " high and " + width + " wide.");
        }
        if ((long) channels * height * width > Integer.MAX_VALUE) {
            throw new UsageException("an image of " + channels + "x" + height + "x" + width
                    + " is too large; use at most 2^31 - 1 bytes.");
        }
    }

    /**
     * Reads {@code CxHxW} such as {@code 3x64x64}, {@code HxW} (colour), or {@code SIDE} (colour and square).
     *
     * @throws UsageException if the text has another form or a dimension is out of range
     */
    public static ImageSize parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new UsageException("'" + text + "' is no image size; write CHANNELSxHEIGHTxWIDTH as in 3x64x64, "
                    + "HEIGHTxWIDTH, or one number for a square.");
        }
        int width = Integer.parseInt(parts.group(3));
        if (parts.group(1) == null) {
            return new ImageSize(3, width, width);
        }
        int first = Integer.parseInt(parts.group(1));
        return parts.group(2) == null
                ? new ImageSize(3, first, width)
                : new ImageSize(first, Integer.parseInt(parts.group(2)), width);
    }

    /** Bytes of an image: channels x height x width. */
    public int bytes() {
        return channels * height * width;
    }

    /** As {@link #parse} reads it: {@code 3x64x64}. */
    @Override
    public String toString() {
        return channels + "x" + height + "x" + width;
    }
}
