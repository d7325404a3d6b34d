package org.gabor.cpu.emit;

/**
 * Functions that give the same bits in the interpreter and in compiled code, which {@link Math} does not promise: plain
 * double arithmetic.
 */
final class Transcendental {
    private static final double LOG2_E = 1.4426950408889634;
    // ln 2 in two parts: the first has 21 trailing zero bits, so that k LN2_HIGH is exact (fdlibm's e_exp.c)
    private static final double LN2_HIGH = 0.6931471803691238;
    private static final double LN2_LOW = 1.9082149292705877e-10;

    private Transcendental() {}

    /** e^x with a relative error below 1e-15; 0 below -708, infinity above 709. */
    static double exp(double x) {
        if (!(x >= -708)) return Double.isNaN(x) ? x : 0;
        if (x > 709) return Double.POSITIVE_INFINITY;
        double k = Math.rint(x * LOG2_E);
        double r = x - k * LN2_HIGH - k * LN2_LOW; // |r| <= ln 2 / 2
        double p = 1 / 6227020800.0;
        p = p * r + 1 / 479001600.0;
        p = p * r + 1 / 39916800.0;
        p = p * r + 1 / 3628800.0;
        p = p * r + 1 / 362880.0;
        p = p * r + 1 / 40320.0;
        p = p * r + 1 / 5040.0;
        p = p * r + 1 / 720.0;
        p = p * r + 1 / 120.0;
        p = p * r + 1 / 24.0;
        p = p * r + 1 / 6.0;
        p = p * r + 0.5;
        p = p * r + 1;
        p = p * r + 1;
        return p * Double.longBitsToDouble((1023L + (long) k) << 52);
    }

    /** tanh x, computed in double precision and rounded: at most 1 unit in the last place off. */
    static float tanh(float x) {
        double a = Math.abs((double) x);
        if (a < 0.02) {
            double q = a * a;
            return (float) (x * (1 - q * (1 / 3.0 - q * (2 / 15.0 - q * (17 / 315.0)))));
        }
        double t = a > 20 ? 1 : 1 - 2 / (exp(2 * a) + 1);
        return (float) (x < 0 ? -t : t);
    }
}
