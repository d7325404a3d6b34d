package org.gabor.tests.oracle;

import java.util.function.IntFunction;
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
            case Pointwise.Add _ -> each(v, i -> broadcast(v, e, 0, i).plus(broadcast(v, e, 1, i)));
            case Pointwise.Mul _ -> each(v, i -> broadcast(v, e, 0, i).times(broadcast(v, e, 1, i)));
            case Pointwise.SumTo t -> Bounds.linear(t, v, e, 0, 1);
            case Pointwise.AddBias _ -> each(v, i -> at(v, e, 0, i).plus(at(v, e, 1, Operands.channel(s, i))));
            case Pointwise.ChannelSum c -> Bounds.linear(c, v, e, 0, 1);
            case Pointwise.Cast _ -> e.in(0).clone();
            case Pointwise.Activate a -> each(v, i -> ActivationBounds.value(a.f(), at(v, e, 0, i)));
            case Pointwise.ActivateGrad a -> each(v, i -> ActivationBounds.gradient(a.f(), at(v, e, 0, i), at(v, e, 1, i)));
            case Pointwise.Dropout d -> each(v, i -> Pointwises.keeps(d, v, i)
                    ? Approx.rounded(1 / (1 - d.rate())).times(at(v, e, 0, i)) : Approx.exact(0));
        };
    }

    /** Operand {@code k}'s element {@code i} with its error. */
    static Approx at(Operands v, Operands e, int k, int i) { return new Approx(v.in(k)[i], e.in(k)[i]); }

    /** What operand {@code k} has for element {@code i} of the result. */
    private static Approx broadcast(Operands v, Operands e, int k, int i) {
        return at(v, e, k, Operands.source(v.result(), i, v.shape(k)));
    }

    /** The errors of all elements of a result. */
    static double[] each(Operands v, IntFunction<Approx> element) {
        double[] bound = v.out();
        for (int i = 0; i < bound.length; i++) bound[i] = element.apply(i).error();
        return bound;
    }
}
