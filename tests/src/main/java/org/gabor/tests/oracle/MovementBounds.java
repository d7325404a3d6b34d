package org.gabor.tests.oracle;

import org.gabor.graph.Movement;
import org.gabor.graph.Movement.Interpolation;

/** Error bounds of moves: errors move with the elements, and sums of them round. */
final class MovementBounds {
    private MovementBounds() {}

    static double[] of(Movement op, Operands v, Operands e) {
        return switch (op) {
            case Movement.Reshape _,Movement.Convert _,Movement.Slice _,Movement.Pad _,Movement.Concat _,Movement.PadReflect _ ->
                    Movements.of(op, e);
            case Movement.PadReflectGrad p -> Bounds.linear(p, v, e, 0, 1);
            case Movement.Resize r -> resized(r.interpolation(), v, e, true);
            case Movement.ResizeGrad r -> resized(r.interpolation(), v, e, false);
        };
    }

    /** A sum of K elements times shares, each share rounded, and a product of two that are. */
    private static double[] resized(Interpolation interpolation, Operands v, Operands e, boolean forward) {
        double[] bound = v.out(), most = v.out(), count = v.out();
        Movements.shares(interpolation, forward ? v.shape(0) : v.result(), forward ? v.result() : v.shape(0),
                (y, x, share) -> {
                    int from = forward ? x : y, to = forward ? y : x;
                    bound[to] += share * e.in(0)[from];
                    most[to] += share * (Math.abs(v.in(0)[from]) + e.in(0)[from]);
                    count[to]++;
                });
        double shares = interpolation == Interpolation.NEAREST ? 0 : 3;
        for (int i = 0; i < bound.length; i++)
            if (count[i] > 1 || shares > 0) bound[i] += (count[i] + 2 + shares) * Approx.U * most[i];
        return bound;
    }
}
