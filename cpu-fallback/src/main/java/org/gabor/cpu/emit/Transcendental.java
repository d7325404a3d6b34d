package org.gabor.cpu.emit;

/**
 * Functions that give the same bits in the interpreter and in compiled code, which {@link Math} does not promise: plain
 * double arithmetic. Those of the activations have no branches; rounded to a float they are at most 0.55 units in the last
 * place off, far into both tails.
 */
final class Transcendental {
    private static final double LOG2_E = 1.4426950408889634;
    // ln 2 in two parts: the first has 21 trailing zero bits, so that k LN2_HIGH is exact (fdlibm's e_exp.c)
    private static final double LN2_HIGH = 0.6931471803691238;
    private static final double LN2_LOW = 1.9082149292705877e-10;
    private static final double SQRT_2 = 1.4142135623730951;
    private static final double INVERSE_SQRT_2_PI = 0.3989422804014327;
    private static final double SQRT_2_OVER_PI = 0.7978845608028654;
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

    /**
     * 1 / (1 + e^-x), with a relative error below 1e-11. The difference keeps the sign of a NaN, as all else does; with
     * two signs about, it would be the compiler's choice which one a product takes.
     */
    static double sigmoid(double x) { return 1 / (1 + power(0 - x)); }

    /**
     * e^x without a branch and short enough for loops over it to become vectors: e^(x / 4096), squared twelve times. The
     * relative error is below 1e-11 for |x| up to 100, 1e-7 up to 400; beyond 700 it is e^700 or e^-700.
     */
    static double power(double x) {
        double r = Math.max(Math.min(x, 700), -700) * (1 / 4096.0), p = 1 + r * ratio(r);
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        return p * p;
    }

    /** e^x - 1 in the same way: with q = e^r - 1, e^2r - 1 = q (q + 2), which keeps its digits near zero. */
    static double powerLessOne(double x) {
        double r = Math.max(Math.min(x, 700), -700) * (1 / 4096.0), q = r * ratio(r);
        q *= q + 2;
        q *= q + 2;
        q *= q + 2;
        q *= q + 2;
        q *= q + 2;
        q *= q + 2;
        q *= q + 2;
        q *= q + 2;
        q *= q + 2;
        q *= q + 2;
        q *= q + 2;
        return q * (q + 2);
    }

    /** (e^r - 1) / r for |r| below 0.18. */
    private static double ratio(double r) {
        double p = 1 / 5040.0;
        p = p * r + 1 / 720.0;
        p = p * r + 1 / 120.0;
        p = p * r + 1 / 24.0;
        p = p * r + 1 / 6.0;
        p = p * r + 0.5;
        return p * r + 1;
    }

    /** 1 above 0, -1 below, 0 at 0: for floats, whose smallest is above 1e-46. */
    private static double sign(double x) { return Math.max(Math.min(x * 1e50, 1), -1); }

    /** tanh x, given {@code powerLessOne(2 |x|)}. */
    static double tanh(double x, double q) { return sign(x) * (q / (q + 2)); }

    /** Phi(-a), the tail of the standard normal distribution, given e^(a^2 / 2) for a >= 0; relative error below 3e-9. */
    static double tail(double a, double power) {
        double t = 1 / (1 + 0.3 * a), u = 2 * t - 1;
        double p = -1.147747703870391e-06;
        p = p * u + 9.316935275254248e-07;
        p = p * u + 9.21465460914414e-06;
        p = p * u - 1.1672503071221951e-05;
        p = p * u - 4.864401133635798e-05;
        p = p * u + 9.039893086615075e-05;
        p = p * u + 0.00028320037069161613;
        p = p * u - 0.000575712076431104;
        p = p * u - 0.0024238069628557853;
        p = p * u + 0.0018171452602328247;
        p = p * u + 0.027760357321762654;
        p = p * u + 0.08654963691481243;
        p = p * u + 0.1645794843015439;
        p = p * u + 0.22197061383894262;
        return t * p / power;
    }

    /** x Phi(x), given e^(x^2 / 2). */
    static double gelu(double x, double power) {
        double a = Math.abs(x);
        return Math.max(x, 0) - a * tail(a, power);
    }

    /** g = a Phi'(a) - Phi(-a) with a = |x|, given e^(x^2 / 2). */
    static double geluBend(double x, double power) {
        double a = Math.abs(x);
        return a * INVERSE_SQRT_2_PI / power - tail(a, power);
    }

    /** The derivative of x Phi(x), Phi(x) + x Phi'(x), given g = {@link #geluBend}: 1 + g above and -g below 0. */
    static double geluSlope(double x, double g) {
        double sign = sign(x);
        return 0.5 + 0.5 * sign + sign * g;
    }

    /** (1 + tanh u) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3): what GELU by tanh multiplies x with. */
    static double gate(double x) { return sigmoid(2 * SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)); }

    /** The derivative of x s, given s = gate(x). */
    static double geluTanhSlope(double x, double s) {
        return s + 2 * x * s * (1 - s) * SQRT_2_OVER_PI * (1 + 0.134145 * x * x);
    }

    /** The derivative of x s, s the sigmoid: s (1 + x (1 - s)). */
    static double siluSlope(double x) {
        double s = sigmoid(x);
        return s * (1 + x * (1 - s));
    }
}
