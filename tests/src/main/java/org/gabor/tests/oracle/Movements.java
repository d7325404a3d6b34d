package org.gabor.tests.oracle;

import java.util.List;
import org.gabor.graph.Movement;
import org.gabor.graph.Shape;

/** Moves of elements. */
final class Movements {
    private Movements() {}

    static double[] of(Movement op, Operands in) {
        return switch (op) {
            case Movement.Reshape _,Movement.Convert _ -> in.in(0).clone();
            case Movement.Slice s -> {
                double[] out = in.out();
                for (int i = 0; i < out.length; i++) out[i] = in.in(0)[place(in.result(), i, s.start(), s.stride(),
                        in.shape(0))];
                yield out;
            }
            case Movement.Pad p -> {
                List<Integer> steps = p.gap().stream().map(g -> g + 1).toList();
                double[] out = in.out();
                for (int i = 0; i < in.in(0).length; i++) out[place(in.shape(0), i, p.low(), steps,
                        in.result())] = in.in(0)[i];
                yield out;
            }
        };
    }

    /** Where element {@code i} of the small shape lies in the large one: at low + index x step on every axis. */
    private static int place(Shape small, int i, List<Integer> low, List<Integer> step, Shape large) {
        int rest = i, place = 0, stride = 1;
        for (int axis = small.rank() - 1; axis >= 0; axis--) {
            place += (low.get(axis) + rest % small.dim(axis) * step.get(axis)) * stride;
            rest /= small.dim(axis);
            stride *= large.dim(axis);
        }
        return place;
    }
}
