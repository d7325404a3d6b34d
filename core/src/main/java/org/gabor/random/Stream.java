package org.gabor.random;

import java.nio.charset.StandardCharsets;

/**
 * An endless sequence of random words with random access: word {@code i} is word {@code i mod 4} of the Philox block
 * with key = seed (low word, high word) and counter = (i / 4, step, epoch, stream). Two streams that differ in any of
 * the four never share a block. The index may be 0 to 2^34 - 1; the streams repeat after that.
 *
 * @param seed   the seed of the run
 * @param stream what the numbers are for: {@link #id} of an operation's scope path or of a name such as {@code init}
 * @param step   the step of training, or the sample, that they belong to
 * @param epoch  the epoch that they belong to
 */
public record Stream(long seed, int stream, int step, int epoch) {
    private static final int FNV_OFFSET = 0x811C9DC5;
    private static final int FNV_PRIME = 0x01000193;

    /** The stream number of a name or scope path: the 32-bit FNV-1a hash of its UTF-8 bytes. */
    public static int id(String path) {
        int hash = FNV_OFFSET;
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }

    /** Word {@code index}: 32 uniform bits. */
    public int bits(long index) {
        int[] block = block(index >>> 2);
        // Constant indices let the JIT keep the block in registers instead of allocating it.
        return switch ((int) index & 3) {
            case 0 -> block[0];
            case 1 -> block[1];
            case 2 -> block[2];
            default -> block[3];
        };
    }

    /** A uniform number in [0, 1) with 24 bits: the upper bits of word {@code index}, times 2^-24. */
    public float uniform(long index) {
        return (bits(index) >>> 8) * 0x1p-24f;
    }

    /** A uniform number in [0, 1) with 53 bits: the upper bits of words 2 index (high) and 2 index + 1 (low). */
    public double uniformDouble(long index) {
        int[] block = block(index >>> 1);
        return (index & 1) == 0 ? unit(block[0], block[1]) : unit(block[2], block[3]);
    }

    /** A whole number in [0, bound): the upper word of word {@code index} times {@code bound}, bias at most 2^-32. */
    public int below(long index, int bound) {
        return (int) (Integer.toUnsignedLong(bits(index)) * bound >>> 32);
    }

    /**
     * A number of the standard normal distribution, the same on every machine: with u, v in [0, 1) from the four words
     * of block {@code index / 2}, it is sqrt(-2 ln(1 - u)) cos(2 pi v) for an even index and the sine for an odd one
     * (Box and Muller 1958).
     */
    public double normal(long index) {
        int[] block = block(index >>> 1);
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - unit(block[0], block[1])));
        double angle = 2 * Math.PI * unit(block[2], block[3]);
        return radius * ((index & 1) == 0 ? StrictMath.cos(angle) : StrictMath.sin(angle));
    }

    private int[] block(long counter) {
        int[] block = new int[4];
        Philox.block((int) seed, (int) (seed >>> 32), (int) counter, step, epoch, stream, block);
        return block;
    }

    private static double unit(int high, int low) {
        return ((Integer.toUnsignedLong(high) << 32 | Integer.toUnsignedLong(low)) >>> 11) * 0x1p-53;
    }
}
