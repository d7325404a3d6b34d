package org.gabor.random;

import java.util.Objects;

/**
 * A keyed permutation of 0 .. n-1 as a pure function: a shuffle that needs no memory and no state.
 *
 * <p>
 * A Feistel network with Philox as its round function permutes the least power of two that holds n, and no less than
 * 2^8; a value that falls outside 0 .. n-1 is permuted again until it falls inside (cycle walking: Black and Rogaway,
 * "Ciphers with arbitrary finite domains", CT-RSA 2002), on average less than once from n = 129 on.
 */
public final class Permutation {
    private static final int ROUNDS = 8;
    /** A few rounds over fewer bits do not reach all orders equally often. */
    private static final int LEAST_BITS = 8;
    private static final int SHUFFLE = Stream.id("shuffle");

    private final int n;
    private final int lowBits;
    private final int lowMask;
    private final int highMask;
    private final Stream[] rounds = new Stream[ROUNDS];

    private Permutation(long seed, int stream, int epoch, int n) {
        int bits = Math.max(LEAST_BITS, 32 - Integer.numberOfLeadingZeros(n - 1));
        this.n = n;
        this.lowBits = (bits + 1) / 2;
        this.lowMask = (1 << lowBits) - 1;
        this.highMask = (1 << bits - lowBits) - 1;
        for (int round = 0; round < ROUNDS; round++) {
            rounds[round] = new Stream(seed, stream, round, epoch);
        }
    }

    /**
     * The order of an epoch: the permutation of the stream {@code shuffle}.
     *
     * @param n how many there are to permute
     * @throws IllegalArgumentException if n is less than 1
     */
    public static Permutation of(long seed, int epoch, int n) {
        return of(seed, SHUFFLE, epoch, n);
    }

    /**
     * The permutation for a seed, stream and epoch.
     *
     * @param stream what is permuted, as in {@link Stream}
     * @param n      how many there are to permute
     * @throws IllegalArgumentException if n is less than 1
     */
    public static Permutation of(long seed, int stream, int epoch, int n) {
        if (n < 1) {
            throw new IllegalArgumentException("a permutation needs at least one element, got n = " + n);
        }
        return new Permutation(seed, stream, epoch, n);
    }

    /** How many are permuted. */
    public int size() {
        return n;
    }

    /**
     * Where {@code i} goes: distinct for distinct i, in 0 .. n-1.
     *
     * @throws IndexOutOfBoundsException if i is not in 0 .. n-1
     */
    public int at(int i) {
        int value = Objects.checkIndex(i, n);
        do {
            value = permute(value);
        } while (value >= n);
        return value;
    }

    private int permute(int value) {
        int low = value & lowMask;
        int high = value >>> lowBits;
        for (int round = 0; round < ROUNDS; round += 2) {
            high ^= rounds[round].bits(low) & highMask;
            low ^= rounds[round + 1].bits(high) & lowMask;
        }
        return high << lowBits | low;
    }
}
