package org.gabor.tests.oracle;

import org.gabor.graph.Activation;

/** Activation functions and their derivatives. */
final class Activations {
    static final double ROOT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);

    private Activations() {}

    /** y = f(x). */
    static double value(Activation f, double x) {
        return switch (f) {
            case Activation.Relu _ -> Math.max(x, 0);
            case Activation.Tanh _ -> Math.tanh(x);
            case Activation.Sigmoid _ -> sigmoid(x);
            case Activation.LeakyRelu l -> x > 0 ? x : l.slope() * x;
            case Activation.Relu6 _ -> Math.min(Math.max(x, 0), 6);
            case Activation.Elu e -> x > 0 ? x : e.alpha() * Math.expm1(x);
            case Activation.HardSigmoid _ -> hard(x) / 6;
            case Activation.HardSwish _ -> x * hard(x) / 6;
            case Activation.Silu _ -> x * sigmoid(x);
            case Activation.Gelu _ -> x * phi(x);
            case Activation.GeluTanh _ -> x * (1 + Math.tanh(inner(x))) / 2;
            case Activation.Affine a -> a.scale() * x + a.shift();
            case Activation.Reciprocal _ -> 1 / x;
        };
    }

    /** f'(v) where v is what the operation takes: the result y, or the input x. */
    static double slope(Activation f, double v) {
        return switch (f) {
            case Activation.Relu _ -> v > 0 ? 1 : 0;
            case Activation.Tanh _ -> 1 - v * v;
            case Activation.Sigmoid _ -> v * (1 - v);
            case Activation.LeakyRelu l -> v > 0 ? 1 : l.slope();
            case Activation.Relu6 _ -> v > 0 && v < 6 ? 1 : 0;
            case Activation.Elu e -> v > 0 ? 1 : v + e.alpha();
            case Activation.HardSigmoid _ -> v > 0 && v < 1 ? 1.0 / 6 : 0;
            case Activation.HardSwish _ -> v <= -3 ? 0 : v >= 3 ? 1 : (2 * v + 3) / 6;
            case Activation.Silu _ -> sigmoid(v) * (1 + v * (1 - sigmoid(v)));
            case Activation.Gelu _ -> phi(v) + v * Math.exp(-v * v / 2) / Math.sqrt(2 * Math.PI);
            case Activation.GeluTanh _ -> {
                double t = Math.tanh(inner(v));
                yield (1 + t) / 2 + v * (1 - t * t) * ROOT_TWO_OVER_PI * (1 + 0.134145 * v * v) / 2;
            }
            case Activation.Affine a -> a.scale();
            case Activation.Reciprocal _ -> -v * v;
        };
    }

    static double sigmoid(double x) { return 1 / (1 + Math.exp(-x)); }

    private static double hard(double x) { return Math.min(Math.max(x + 3, 0), 6); }

    private static double inner(double x) { return ROOT_TWO_OVER_PI * (x + 0.044715 * x * x * x); }

    /** The distribution function of the standard normal distribution. */
    static double phi(double x) { return (1 + erf(x / Math.sqrt(2))) / 2; }

    /**
     * erf(x) = 2 / sqrt(pi) exp(-x^2) times the sum of 2^n x^(2 n + 1) / (1 3 5 ... (2 n + 1)): all terms of one sign, so
     * nothing cancels (Abramowitz and Stegun 7.1.6).
     */
    static double erf(double x) {
        if (Math.abs(x) > 6) return Math.signum(x);
        double term = x, sum = x;
        for (int n = 1; Math.abs(term) > Math.abs(sum) * 0x1p-60; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return Double.isNaN(x) ? x : 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
