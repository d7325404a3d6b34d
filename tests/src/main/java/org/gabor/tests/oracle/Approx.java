package org.gabor.tests.oracle;

import java.util.Arrays;

/**
 * A number that was computed in 32-bit floats: its exact value, and how far the computed one may be from it. Arithmetic
 * adds what one rounding costs, so an expression written with it is its own error analysis (Higham, Accuracy and
 * Stability of Numerical Algorithms, 3.3). A multiplication fused with an addition rounds less and stays inside.
 */
record Approx(double value, double error) {
    /** The unit roundoff of 32-bit floats. */
    static final double U = 0x1p-24;
    /** Half of the smallest float: what a result may lose to gradual underflow. */
    private static final double UNDERFLOW = 0x1p-150;

    /** A number that is a float. */
    static Approx exact(double value) { return new Approx(value, 0); }

    /** A number that has to be rounded to become a float. */
    static Approx rounded(double value) { return new Approx(value, U * Math.abs(value)); }

    /** The sum, rounded. */
    Approx plus(Approx b) { return rounded(value + b.value, error + b.error); }

    /** The difference, rounded. */
    Approx minus(Approx b) { return rounded(value - b.value, error + b.error); }

    /** The product, rounded. */
    Approx times(Approx b) {
        return rounded(value * b.value, Math.abs(value) * b.error + Math.abs(b.value) * error + error * b.error);
    }

    /** The quotient, rounded. */
    Approx over(Approx b) {
        double y = value / b.value, least = Math.abs(b.value) - b.error;
        if (!(least > 0)) return new Approx(y, Double.POSITIVE_INFINITY);
        return rounded(y, (error + Math.abs(y) * b.error) / least);
    }

    /** The square root, rounded, of what is not negative. */
    Approx root() {
        double y = Math.sqrt(value);
        return rounded(y, Math.max(y - Math.sqrt(Math.max(0, value - error)), Math.sqrt(value + error) - y));
    }

    /**
     * This to the power of b, by exp(b log this) or what is more precise: the logarithm's own error and that of b count
     * |b log this| times, a relative error of the argument |b| times; exp and two more products round once each.
     */
    Approx power(double b) {
        double y = Math.pow(value, b), relative = error / value, log = Math.abs(b * Math.log(value));
        if (!(relative < 0.5)) return new Approx(y, Double.POSITIVE_INFINITY);
        double exponent = -Math.abs(b) * Math.log1p(-relative) + log * (Bounds.FUNCTION + 3 * U);
        return new Approx(y, Math.abs(y) * (Math.expm1(exponent) + 1.01 * (Bounds.FUNCTION + 3 * U)) + UNDERFLOW);
    }

    /** 1 / sqrt(this): root and quotient round once each; an error d of the argument a costs (1 - d / a)^-1/2 - 1. */
    Approx inverseRoot() {
        double relative = error / value;
        if (!(relative < 0.5)) return new Approx(1 / Math.sqrt(value), Double.POSITIVE_INFINITY);
        double y = 1 / Math.sqrt(value);
        return new Approx(y, y * (1 / Math.sqrt(1 - relative) - 1 + 3 * U));
    }

    /** The sum of K numbers in any order: each addition rounds a part of the sum, which costs (K + 2) u of all magnitudes. */
    static Approx sum(Approx... terms) {
        double sum = 0, error = 0;
        for (Approx t : terms) {
            sum += t.value;
            error += t.error + (terms.length + 2) * U * t.magnitude();
        }
        return new Approx(sum, error);
    }

    static double[] values(Approx... of) { return Arrays.stream(of).mapToDouble(Approx::value).toArray(); }

    static double[] errors(Approx... of) { return Arrays.stream(of).mapToDouble(Approx::error).toArray(); }

    /** The largest magnitude the computed number may have. */
    double magnitude() { return Math.abs(value) + error; }

    private static Approx rounded(double value, double error) {
        return new Approx(value, error + U * (Math.abs(value) + error) + UNDERFLOW);
    }
}
