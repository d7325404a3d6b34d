package org.gabor.compile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places blocks of memory with known lifetimes into one arena: the largest first, each into the smallest gap that is
 * free for its whole lifetime (Pisarchyk and Lee 2020, greedy by size).
 */
final class Memory {
    private final int alignment;
    private final List<Block> blocks = new ArrayList<>();

    /** A block that must exist from step {@code first} to step {@code last}. */
    static final class Block {
        private final int order;
        private final int first;
        private int last;
        private final long bytes;
        private long offset;

        private Block(int order, int first, long bytes) {
            this.order = order;
            this.first = first;
            this.last = first;
            this.bytes = bytes;
        }

        /** Keeps it until {@code step}. */
        void keepUntil(int step) { last = Math.max(last, step); }

        /** Where it lies, once the arena is placed. */
        long offset() { return offset; }

        private boolean overlaps(Block other) { return first <= other.last && other.first <= last; }
    }

    Memory(int alignment) {
        this.alignment = alignment;
    }

    /** A block of {@code bytes}, rounded up, that exists from step {@code first} on. */
    Block block(int first, long bytes) {
        var block = new Block(blocks.size(), first, Math.ceilDiv(bytes, alignment) * alignment);
        blocks.add(block);
        return block;
    }

    /** Places all blocks and returns the size of the arena. */
    long place() {
        long arena = 0;
        var placed = new ArrayList<Block>();
        var bySize = blocks.stream()
                .sorted(Comparator.<Block>comparingLong(b -> -b.bytes).thenComparingInt(b -> b.order)).toList();
        for (Block b : bySize) {
            b.offset = smallestGap(b, placed);
            placed.add(b);
            arena = Math.max(arena, b.offset + b.bytes);
        }
        return arena;
    }

    /** The largest sum of bytes alive at one of {@code steps} steps. */
    long liveBytes(int steps) {
        long[] change = new long[steps + 1];
        for (Block b : blocks) {
            change[b.first] += b.bytes;
            change[Math.min(b.last, steps - 1) + 1] -= b.bytes;
        }
        long live = 0, most = 0;
        for (long c : change) most = Math.max(most, live += c);
        return most;
    }

    private static long smallestGap(Block b, List<Block> placed) {
        var busy = placed.stream().filter(b::overlaps).sorted(Comparator.comparingLong(Block::offset)).toList();
        long end = 0, best = -1, bestSize = Long.MAX_VALUE;
        for (Block p : busy) {
            long gap = p.offset - end;
            if (gap >= b.bytes && gap < bestSize) {
                best = end;
                bestSize = gap;
            }
            end = Math.max(end, p.offset + p.bytes);
        }
        return best >= 0 ? best : end;
    }
}
