package org.gabor.graph;

import java.util.Locale;

/**
 * Functions of one element that {@link Pointwise.Activate} applies. The derivative of most is written in terms of the
 * result y, so that x need not be kept; of those with {@link #slopeOfInput} in terms of the input x.
 */
public sealed interface Activation {
    /** y = max(x, 0); y' = 1 where y > 0, else 0 (Nair and Hinton 2010). NaN stays NaN. */
    record Relu() implements Activation {}

    /** y = tanh x; y' = 1 - y^2. */
    record Tanh() implements Activation {}

    /** y = 1 / (1 + exp(-x)); y' = y (1 - y). */
    record Sigmoid() implements Activation {}

    /**
     * y = x where x > 0, else slope x; y' = 1 where y > 0, else slope (Maas et al. 2013). The slope is not negative.
     */
    record LeakyRelu(double slope) implements Activation {
        public LeakyRelu {
            if (!(slope >= 0)) throw new ShapeException("leaky ReLU: the slope must be 0 or more, got " + slope);
        }
    }

    /** y = min(max(x, 0), 6); y' = 1 where {@code 0 < y < 6}, else 0 (Krizhevsky 2010). */
    record Relu6() implements Activation {}

    /** y = x where x > 0, else alpha (exp(x) - 1); y' = 1 where y > 0, else y + alpha (Clevert et al. 2016). */
    record Elu(double alpha) implements Activation {
        public Elu {
            if (!(alpha >= 0)) throw new ShapeException("ELU: alpha must be 0 or more, got " + alpha);
        }
    }

    /** y = min(max(x + 3, 0), 6) / 6; y' = 1 / 6 where {@code 0 < y < 1}, else 0 (Howard et al. 2019). */
    record HardSigmoid() implements Activation {}

    /**
     * y = x min(max(x + 3, 0), 6) / 6; y' = 0 for {@code x <= -3}, 1 for {@code x >= 3}, else (2 x + 3) / 6 (Howard et
     * al. 2019).
     */
    record HardSwish() implements Activation {
        @Override
        public boolean slopeOfInput() { return true; }
    }

    /** y = x s with s = 1 / (1 + exp(-x)); y' = s (1 + x (1 - s)) (Elfwing et al. 2018). */
    record Silu() implements Activation {
        @Override
        public boolean slopeOfInput() { return true; }
    }

    /**
     * y = x Phi(x) with Phi(x) = (1 + erf(x / sqrt 2)) / 2; y' = Phi(x) + x exp(-x^2 / 2) / sqrt(2 pi) (Hendrycks and
     * Gimpel 2016).
     */
    record Gelu() implements Activation {
        @Override
        public boolean slopeOfInput() { return true; }
    }

    /**
     * GELU by tanh: y = x (1 + t) / 2 with t = tanh(u), u = sqrt(2 / pi) (x + 0.044715 x^3); y' = (1 + t) / 2 + x (1 -
     * t^2) sqrt(2 / pi) (1 + 0.134145 x^2) / 2.
     */
    record GeluTanh() implements Activation {
        @Override
        public boolean slopeOfInput() { return true; }
    }

    /** y = scale x + shift; y' = scale. */
    record Affine(double scale, double shift) implements Activation {}

    /** y = 1 / x; y' = -y^2. */
    record Reciprocal() implements Activation {}

    /** Whether the derivative is written in terms of x; else it is in terms of y. */
    default boolean slopeOfInput() { return false; }

    /** The name that plans and errors show. */
    default String label() { return getClass().getSimpleName().toLowerCase(Locale.ROOT); }
}
