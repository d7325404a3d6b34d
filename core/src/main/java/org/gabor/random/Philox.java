package org.gabor.random;

/**
 * Philox4x32-10: a keyed bijection of 128-bit counters whose values pass every test of TestU01's BigCrush
 * (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 */
public final class Philox {
    private static final int ROUNDS = 10;
    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;

    private Philox() {
    }

    /**
     * The block of four 32-bit words for one key and counter.
     *
     * @param key0 first word of the key
     * @param key1 second word of the key
     * @param c0   first word of the counter
     * @param c1   second word of the counter
     * @param c2   third word of the counter
     * @param c3   fourth word of the counter
     * @param out4 receives the four words
     */
    public static void block(int key0, int key1, int c0, int c1, int c2, int c3, int[] out4) {
        int k0 = key0;
        int k1 = key1;
        int x0 = c0;
        int x1 = c1;
        int x2 = c2;
        int x3 = c3;
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = M0 * Integer.toUnsignedLong(x0);
            long p1 = M1 * Integer.toUnsignedLong(x2);
            x0 = (int) (p1 >>> 32) ^ x1 ^ k0;
            x2 = (int) (p0 >>> 32) ^ x3 ^ k1;
            x1 = (int) p1;
            x3 = (int) p0;
            k0 += W0;
            k1 += W1;
        }
        out4[0] = x0;
        out4[1] = x1;
        out4[2] = x2;
        out4[3] = x3;
    }
}
