package org.gabor.cpu;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Who does which blocks of a kernel. Thread i of T owns the blocks from ceil(i B / T) up to ceil((i + 1) B / T): the same
 * part of the batch in every kernel, so that it finds in its own cache what it wrote. It takes them in order. Who is done
 * with its own takes from the end of another's share, which that one would reach last.
 */
final class Shares {
    /** Longs from share to share: two cache lines, since processors fetch lines in pairs. */
    private static final int STRIDE = 16;
    private static final long ONE_FROM_THE_FRONT = 1L << 32;

    private final int threads;
    /** Of each share the first block left in the upper half and the end in the lower. */
    private final AtomicLongArray left;

    Shares(int threads) {
        this.threads = threads;
        this.left = new AtomicLongArray((threads + 1) * STRIDE);
    }

    /** Gives every thread its share of {@code blocks}. Nobody may be taking any meanwhile. */
    void deal(int blocks) {
        int first = 0;
        for (int thread = 0; thread < threads; thread++) {
            int end = (int) Math.ceilDiv((thread + 1L) * blocks, threads);
            left.set(at(thread), (long) first << 32 | end);
            first = end;
        }
    }

    /** The next block of a thread's own share, or -1 if there is none left. */
    int next(int thread) {
        while (true) {
            long share = left.get(at(thread));
            int first = (int) (share >>> 32);
            if (first >= (int) share) return -1;
            if (left.compareAndSet(at(thread), share, share + ONE_FROM_THE_FRONT)) return first;
        }
    }

    /** A block of somebody else's share, or -1 if there is none left at all. */
    int steal(int thief) {
        for (int i = 1; i < threads; i++) {
            int block = last((thief + i) % threads);
            if (block >= 0) return block;
        }
        return -1;
    }

    private int last(int owner) {
        while (true) {
            long share = left.get(at(owner));
            int end = (int) share;
            if ((int) (share >>> 32) >= end) return -1;
            if (left.compareAndSet(at(owner), share, share - 1)) return end - 1;
        }
    }

    private static int at(int thread) { return (thread + 1) * STRIDE; }
}
