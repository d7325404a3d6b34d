package org.gabor.cpu.kernel;

/**
 * Sums of squares of {@link #GRAIN} neighbouring floats each, in double precision and in a fixed order.
 *
 * @param x address of the floats
 * @param count how many
 * @param result address of the sums, as doubles
 */
public record Squares(long x, long count, long result) implements Description {
    /** Floats of one sum. */
    public static final int GRAIN = 1 << 14;

    /** How many sums there are for {@code count} floats. */
    public static int parts(long count) { return Math.toIntExact(Math.ceilDiv(count, GRAIN)); }
}
