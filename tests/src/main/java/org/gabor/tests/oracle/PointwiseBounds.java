package org.gabor.tests.oracle;

import java.util.function.IntFunction;
import org.gabor.graph.Activation;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Shape;

/** Error bounds element by element. */
final class PointwiseBounds {
    private PointwiseBounds() {}

    static double[] of(Pointwise op, Operands v, Operands e) {
        Shape s = v.shape(0);
        return switch (op) {
            case Pointwise.Normalize n -> each(v, i -> {
                int c = Operands.channel(s, i);
                return Approx.rounded(n.scale().get(c)).times(at(v, e, 0, i)).plus(Approx.rounded(n.shift().get(c)));
            });
            case Pointwise.Add _ -> each(v, i -> at(v, e, 0, i).plus(at(v, e, 1, i)));
            case Pointwise.AddBias _ -> each(v, i -> at(v, e, 0, i).plus(at(v, e, 1, Operands.channel(s, i))));
            case Pointwise.ChannelSum c -> Bounds.linear(c, v, e, 1);
            case Pointwise.Activate a -> each(v, i -> activated(a.f(), at(v, e, 0, i)));
            case Pointwise.ActivateGrad a -> each(v, i -> gradient(a.f(), at(v, e, 0, i), at(v, e, 1, i)));
        };
    }

    /** Both functions change by no more than their argument; ReLU not at all where that is surely negative. */
    private static Approx activated(Activation f, Approx x) {
        return switch (f) {
            case Activation.Relu _ -> new Approx(Math.max(x.value(), 0),
                    x.value() + x.error() < 0 ? 0 : x.error());
            case Activation.Tanh _ -> new Approx(Math.tanh(x.value()),
                    x.error() + Bounds.FUNCTION * Math.abs(Math.tanh(x.value())) + Bounds.FLUSH);
        };
    }

    /** ReLU's gradient passes dy or not: where the error of y leaves that open, either is right. */
    private static Approx gradient(Activation f, Approx y, Approx dy) {
        return switch (f) {
            case Activation.Relu _ -> {
                boolean open = y.error() > 0 && Math.abs(y.value()) <= y.error();
                double passed = y.value() > 0 ? dy.value() : 0;
                yield new Approx(passed, open ? dy.magnitude() : y.value() > 0 ? dy.error() : 0);
            }
            case Activation.Tanh _ -> dy.times(Approx.exact(1).minus(y.times(y)));
        };
    }

    /** Operand {@code k}'s element {@code i} with its error. */
    static Approx at(Operands v, Operands e, int k, int i) { return new Approx(v.in(k)[i], e.in(k)[i]); }

    /** The errors of all elements of a result. */
    static double[] each(Operands v, IntFunction<Approx> element) {
        double[] bound = v.out();
        for (int i = 0; i < bound.length; i++) bound[i] = element.apply(i).error();
        return bound;
    }
}
