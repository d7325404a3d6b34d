package org.gabor.cpu.kernel;

/**
 * Memory that a kernel touches: for the i-th block of images the bytes from {@code from + i step} on. What belongs to all
 * images has step 0.
 *
 * @param from address for the first block of images
 * @param bytes how many for one block of images
 * @param step bytes from one block of images to the next
 */
public record Region(long from, long bytes, long step) {
    /** True if they have a byte in common, whichever images are meant; {@code images} blocks there are. */
    public boolean meets(Region other, int images) {
        return from < other.end(images) && other.from < end(images);
    }

    /** True if what belongs to one block of images in the one never meets what belongs to another block in the other. */
    public boolean keepsApart(Region other) {
        return step > 0 && step == other.step && from + bytes <= other.from + step && other.from + other.bytes <= from + step;
    }

    private long end(int images) { return from + Math.max(0, images - 1) * step + bytes; }
}
