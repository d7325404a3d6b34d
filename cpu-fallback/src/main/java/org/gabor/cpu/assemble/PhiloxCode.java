package org.gabor.cpu.assemble;

/** Random words: Philox4x32-10 of a vector of counters, a block of four words each ({@link org.gabor.random.Philox}). */
final class PhiloxCode {
    /** Vectors that it takes: four of counters, two of keys, and scratch. */
    static final int VECTORS = 9;
    /** Where counters and keys are among them. */
    static final int COUNTER = 0, KEY = 4;

    private static final int ROUNDS = 10;
    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;

    private PhiloxCode() {}

    /**
     * A block of words for the counters in t[0] to t[3] and the keys t[4], t[5]: the four vectors that they end up in, and
     * of these and t[7] the one that is left over. t[6] and t[8] are used up.
     */
    static int[] block(Assembler x, int[] t) {
        int a = t[0], b = t[1], c = t[2], d = t[3], low = t[7];
        int high = t[6], odd = t[8];
        for (int round = 0; round < ROUNDS; round++) {
            if (round > 0) {
                x.op(Vector.VPADDD, t[4], t[4], x.literal(W0));
                x.op(Vector.VPADDD, t[5], t[5], x.literal(W1));
            }
            multiply(x, high, low, a, M0, odd);
            x.op(Vector.VPXOR, d, d, high);
            x.op(Vector.VPXOR, d, d, t[5]);
            multiply(x, high, a, c, M1, odd);
            x.op(Vector.VPXOR, b, b, high);
            x.op(Vector.VPXOR, b, b, t[4]);
            int x0 = b, x1 = a, x2 = d, x3 = low;
            low = c;
            a = x0;
            b = x1;
            c = x2;
            d = x3;
        }
        return new int[] {a, b, c, d, low};
    }

    /** The upper and lower words of x times m, 32 by 32 bits; odd is used up. */
    private static void multiply(Assembler x, int high, int low, int a, int m, int odd) {
        x.shift(Vector.VPSRLQ, odd, a, Integer.SIZE);
        x.op(Vector.VPMULUDQ, high, a, x.literal(m));
        x.op(Vector.VPMULUDQ, odd, odd, x.literal(m));
        x.op(Vector.VPMULLD, low, a, x.literal(m));
        x.shift(Vector.VPSRLQ, high, high, Integer.SIZE);
        x.op(Vector.VPAND, odd, odd, x.literal(-1L << Integer.SIZE));
        x.op(Vector.VPOR, high, high, odd);
    }
}
