package org.gabor.tests.oracle;

import org.gabor.graph.Activation;

/**
 * Error bounds of activation functions and their derivatives: the formulas in floats, exp, tanh and erf off by
 * {@link Bounds#ULPS} units in the last place.
 */
final class ActivationBounds {
    private static final Approx ONE = Approx.exact(1), HALF = Approx.exact(0.5), SIXTH = Approx.rounded(1.0 / 6);
    private static final Approx THREE = Approx.exact(3);

    private ActivationBounds() {}

    /** y = f(x). */
    static Approx value(Activation f, Approx x) {
        return switch (f) {
            // changes by no more than its argument does, and not at all where that is surely negative
            case Activation.Relu _ -> new Approx(Math.max(x.value(), 0), x.value() + x.error() < 0 ? 0 : x.error());
            case Activation.Tanh _ -> tanh(x);
            case Activation.Sigmoid _ -> sigmoid(x);
            case Activation.LeakyRelu l -> either(x, x, Approx.rounded(l.slope()).times(x));
            case Activation.Relu6 _ -> clamped(x, 6);
            case Activation.Elu e -> either(x, x, Approx.rounded(e.alpha()).times(exp(x).minus(ONE)));
            case Activation.HardSigmoid _ -> clamped(x.plus(THREE), 6).times(SIXTH);
            case Activation.HardSwish _ -> x.times(clamped(x.plus(THREE), 6).times(SIXTH));
            case Activation.Silu _ -> x.times(sigmoid(x));
            case Activation.Gelu _ -> x.times(phi(x));
            case Activation.GeluTanh _ -> x.times(ONE.plus(tanh(inner(x))).times(HALF));
            case Activation.Affine a -> Approx.rounded(a.scale()).times(x).plus(Approx.rounded(a.shift()));
            case Activation.Reciprocal _ -> ONE.over(x);
        };
    }

    /** f'(v) dy. Where the error of v leaves open on which side of a jump it lies, either side is right. */
    static Approx gradient(Activation f, Approx v, Approx dy) {
        return switch (f) {
            case Activation.Relu _ -> jump(v, 0, Approx.exact(0), ONE).times(dy);
            case Activation.Tanh _ -> dy.times(ONE.minus(v.times(v)));
            case Activation.Sigmoid _ -> dy.times(v.times(ONE.minus(v)));
            case Activation.LeakyRelu l -> jump(v, 0, Approx.rounded(l.slope()), ONE).times(dy);
            case Activation.Relu6 _ -> inside(v, 6, ONE).times(dy);
            case Activation.Elu e -> jump(v, 0, v.plus(Approx.rounded(e.alpha())), ONE).times(dy);
            case Activation.HardSigmoid _ -> inside(v, 1, SIXTH).times(dy);
            case Activation.HardSwish _ -> {
                Approx middle = Approx.exact(2).times(v).plus(THREE).times(SIXTH);
                yield (v.value() < 0 ? jump(v, -3, Approx.exact(0), middle) : fromThree(v, middle)).times(dy);
            }
            case Activation.Silu _ -> {
                Approx s = sigmoid(v);
                yield s.times(ONE.plus(v.times(ONE.minus(s)))).times(dy);
            }
            case Activation.Gelu _ -> phi(v).plus(v.times(density(v))).times(dy);
            case Activation.GeluTanh _ -> {
                Approx t = tanh(inner(v));
                Approx slope = Approx.rounded(Activations.ROOT_TWO_OVER_PI)
                        .times(ONE.plus(Approx.rounded(0.134145).times(v.times(v))));
                Approx through = v.times(ONE.minus(t.times(t))).times(slope).times(HALF);
                yield ONE.plus(t).times(HALF).plus(through).times(dy);
            }
            case Activation.Affine a -> Approx.rounded(a.scale()).times(dy);
            case Activation.Reciprocal _ -> Approx.exact(-1).times(v.times(v)).times(dy);
        };
    }

    /** At least three counts as more, unlike at the other kinks; between floats that are exact it matters. */
    private static Approx fromThree(Approx v, Approx middle) {
        return v.error() == 0 && v.value() == 3 ? ONE : jump(v, 3, middle, ONE);
    }

    /** {@code below} for v up to {@code at} and {@code above} beyond; open where the error of v reaches it. */
    private static Approx jump(Approx v, double at, Approx below, Approx above) {
        Approx sure = v.value() > at ? above : below, other = v.value() > at ? below : above;
        boolean open = v.error() > 0 && Math.abs(v.value() - at) <= v.error();
        return open ? new Approx(sure.value(),
                Math.max(sure.error(), Math.abs(sure.value() - other.value()) + other.error())) : sure;
    }

    /** {@code slope} for v between 0 and {@code top}, else 0. */
    private static Approx inside(Approx v, double top, Approx slope) {
        if (v.value() < top / 2) return jump(v, 0, Approx.exact(0), slope);
        return v.error() == 0 && v.value() == top ? Approx.exact(0) : jump(v, top, slope, Approx.exact(0));
    }

    /** A function without a jump at 0 that is one thing above it and another below. */
    private static Approx either(Approx x, Approx above, Approx below) {
        if (x.value() - x.error() > 0) return above;
        if (x.value() + x.error() <= 0) return below;
        return new Approx(x.value() > 0 ? above.value() : below.value(), above.error() + below.error());
    }

    private static Approx clamped(Approx x, double top) {
        double y = Math.min(Math.max(x.value(), 0), top);
        boolean outside = x.value() + x.error() < 0 || x.value() - x.error() > top || Double.isInfinite(x.value());
        return new Approx(y, outside ? 0 : x.error());
    }

    /** An error d of the argument moves tanh by d times its largest slope on the way. */
    private static Approx tanh(Approx x) {
        double t = Math.tanh(x.value()), nearest = Math.tanh(Math.max(0, Math.abs(x.value()) - x.error()));
        return new Approx(t, x.error() * (1 - nearest * nearest) + Bounds.FUNCTION * Math.abs(t) + Bounds.FLUSH);
    }

    /** 1 / (1 + exp(-x)): an error d of x changes it by a factor of at most exp(d). */
    static Approx sigmoid(Approx x) {
        double s = Activations.sigmoid(x.value());
        return new Approx(s, s * (Math.expm1(x.error()) + Bounds.FUNCTION + 3 * Approx.U) * 1.01 + Bounds.FLUSH);
    }

    /** exp x. */
    static Approx exp(Approx x) {
        double y = Math.exp(x.value());
        return new Approx(y, y * (Math.expm1(x.error()) + Bounds.FUNCTION) * 1.01 + Bounds.FLUSH);
    }

    /** (1 + erf(x / sqrt 2)) / 2, the quotient rounded. */
    private static Approx phi(Approx x) {
        Approx z = Approx.rounded(Math.sqrt(0.5)).times(x);
        double erf = Activations.erf(z.value()), nearest = Math.max(0, Math.abs(z.value()) - z.error());
        double slope = 2 / Math.sqrt(Math.PI) * Math.exp(-nearest * nearest);
        var value = new Approx(erf, z.error() * slope + Bounds.FUNCTION * Math.abs(erf) + Bounds.FLUSH);
        return ONE.plus(value).times(HALF);
    }

    /** exp(-x^2 / 2) / sqrt(2 pi). */
    private static Approx density(Approx x) {
        return exp(Approx.exact(-0.5).times(x.times(x))).times(Approx.rounded(1 / Math.sqrt(2 * Math.PI)));
    }

    private static Approx inner(Approx x) {
        Approx cube = Approx.rounded(0.044715).times(x.times(x).times(x));
        return Approx.rounded(Activations.ROOT_TWO_OVER_PI).times(x.plus(cube));
    }
}
