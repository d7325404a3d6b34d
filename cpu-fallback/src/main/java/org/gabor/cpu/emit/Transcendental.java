package org.gabor.cpu.emit;

/**
 * Functions that give the same bits in the interpreter and in compiled code, which {@link Math} does not promise: plain
 * double arithmetic. What becomes a float is at most 1 unit in the last place off.
 */
final class Transcendental {
    private static final double LOG2_E = 1.4426950408889634;
    // ln 2 in two parts: the first has 21 trailing zero bits, so that k LN2_HIGH is exact (fdlibm's e_exp.c)
    private static final double LN2_HIGH = 0.6931471803691238;
    private static final double LN2_LOW = 1.9082149292705877e-10;
    private static final double SQRT_2 = 1.4142135623730951;
    private static final double INVERSE_SQRT_2_PI = 0.3989422804014327;
    private static final double SQRT_2_OVER_PI = 0.7978845608028654;
    /**
     * Phi(-a) exp(a^2 / 2) / t as a polynomial in 2 t - 1, t = 1 / (1 + 0.3 a): the Chebyshev series of degree 13,
     * relative error below 3e-9 for all a >= 0.
     */
    private static final double[] TAIL = {0.22197061383894262, 0.1645794843015439, 0.08654963691481243,
            0.027760357321762654, 0.0018171452602328247, -0.0024238069628557853, -0.000575712076431104,
            0.00028320037069161613, 9.039893086615075e-05, -4.864401133635798e-05, -1.1672503071221951e-05,
            9.21465460914414e-06, 9.316935275254248e-07, -1.147747703870391e-06};

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

    /** e^x - 1 with a relative error below 1e-9. */
    static double expm1(double x) { return Math.abs(x) < 1e-5 ? x * (1 + x * (0.5 + x / 6)) : exp(x) - 1; }

    /** The natural logarithm of a normal x, with a relative error below 1e-15; NaN below 0. */
    static double log(double x) {
        if (!(x > 0)) return x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
        if (x == Double.POSITIVE_INFINITY) return x;
        int k = Math.getExponent(x);
        double m = x / Double.longBitsToDouble((1023L + k) << 52);
        if (m > SQRT_2) {
            m /= 2;
            k++;
        }
        return k * LN2_HIGH + (k * LN2_LOW + 2 * artanh((m - 1) / (m + 1)));
    }

    /** log(1 + x) for x from 0 to 1, with a relative error below 1e-15. */
    static double log1p(double x) { return x < 0.4 ? 2 * artanh(x / (2 + x)) : log(1 + x); }

    /** The inverse of tanh for |s| up to 0.172, by its series. */
    private static double artanh(double s) {
        double q = s * s;
        double p = 1 / 21.0;
        p = p * q + 1 / 19.0;
        p = p * q + 1 / 17.0;
        p = p * q + 1 / 15.0;
        p = p * q + 1 / 13.0;
        p = p * q + 1 / 11.0;
        p = p * q + 1 / 9.0;
        p = p * q + 1 / 7.0;
        p = p * q + 1 / 5.0;
        p = p * q + 1 / 3.0;
        p = p * q + 1;
        return s * p;
    }

    /** tanh x. */
    static float tanh(float x) {
        double a = Math.abs((double) x);
        if (a < 0.02) {
            double q = a * a;
            return (float) (x * (1 - q * (1 / 3.0 - q * (2 / 15.0 - q * (17 / 315.0)))));
        }
        double t = a > 20 ? 1 : 1 - 2 / (exp(2 * a) + 1);
        return (float) (x < 0 ? -t : t);
    }

    /** 1 / (1 + e^-x). */
    static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

    /** s (1 + x (1 - s)), s the sigmoid: the derivative of x s. */
    static double siluSlope(double x) {
        double s = sigmoid(x);
        return s * (1 + x * sigmoid(-x));
    }

    /** The distribution function of the standard normal distribution, with a relative error below 3e-9. */
    static double phi(double x) {
        double a = Math.abs(x), t = 1 / (1 + 0.3 * a), u = 2 * t - 1, p = 0;
        for (int i = TAIL.length - 1; i >= 0; i--) p = p * u + TAIL[i];
        double tail = t * p * exp(-0.5 * a * a);
        return x < 0 ? tail : 1 - tail;
    }

    /** Phi(x) + x Phi'(x): the derivative of x Phi(x). */
    static double geluSlope(double x) { return phi(x) + x * INVERSE_SQRT_2_PI * exp(-0.5 * x * x); }

    /** (1 + tanh u) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3): what GELU by tanh multiplies x with. */
    static double gate(double x) { return sigmoid(2 * SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)); }

    /** The derivative of x gate(x). */
    static double geluTanhSlope(double x) {
        double s = gate(x);
        return s + 2 * x * s * gate(-x) * SQRT_2_OVER_PI * (1 + 0.134145 * x * x);
    }
}
