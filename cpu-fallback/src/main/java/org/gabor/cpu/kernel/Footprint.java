package org.gabor.cpu.kernel;

import java.util.List;

/**
 * All memory that a kernel touches.
 *
 * @param images blocks of images that it works through, each for itself; 0 if it does not work that way
 * @param parts groups into which those fall evenly, within which they go in order, since sums go on from one to the next;
 *     {@code images} if there are no such sums
 * @param reads what is read
 * @param writes what is written
 */
public record Footprint(int images, int parts, List<Region> reads, List<Region> writes) {
    public Footprint {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
    }

    /** True if the two can run in any order, or at once. */
    public boolean independent(Footprint other) {
        return apart(writes, other.writes, other) && apart(writes, other.reads, other) && apart(reads, other.writes, other);
    }

    private boolean apart(List<Region> mine, List<Region> others, Footprint other) {
        for (Region a : mine)
            for (Region b : others) if (a.meets(b, Math.max(images, other.images))) return false;
        return true;
    }

    /** True if the other may do some images before this is done with others. */
    public boolean imageByImage(Footprint other) {
        return images == other.images && images > 0 && imageByImage(writes, other.writes) && imageByImage(writes, other.reads)
                && imageByImage(reads, other.writes);
    }

    private boolean imageByImage(List<Region> mine, List<Region> others) {
        for (Region a : mine)
            for (Region b : others) if (a.meets(b, images) && !a.keepsApart(b)) return false;
        return true;
    }
}
