package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;
import static org.gabor.tests.Args.pixels;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.graph.Activation;
import org.gabor.graph.Pointwise.Activate;
import org.gabor.graph.Pointwise.ActivateGrad;
import org.gabor.graph.Pointwise.Add;
import org.gabor.graph.Pointwise.AddBias;
import org.gabor.graph.Pointwise.ChannelSum;
import org.gabor.graph.Pointwise.Normalize;
import org.gabor.graph.Shape;

/** Operations element by element, and a channel at a time. */
final class PointwiseCases {
    private PointwiseCases() {}

    private static final List<Shape> SHAPES = List.of(Shape.of(1, 1, 1, 1), Shape.of(2, 3, 5, 7), Shape.of(16, 6, 9, 9),
            Shape.of(17, 16, 4, 4), Shape.of(33, 1, 6, 6), Shape.of(1, 64, 3, 3), Shape.of(32, 17, 1, 1),
            Shape.of(1, 1),
            Shape.of(5, 7), Shape.of(64, 120), Shape.of(33, 10), Shape.of(1, 3, 97, 103), Shape.of(16, 2, 30, 31));

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Filling f : Filling.values()) {
            for (Shape s : SHAPES) {
                Case.Arg x = in("x", f.numbers(), s), dy = in("dy", f.numbers(), s);
                if (s.size() > 1 || !f.exact()) cases.add(Case.of(new Add(), f, x, dy));
                cases.add(Case.of(new AddBias(), f, x, kept("b", f.numbers().affine(1, 4), s.c())));
                cases.add(Case.of(new ChannelSum(), f, x));
                // one element is at the mercy of its sign
                Case.Arg some = in("x", s.size() == 1 ? Values.all(2) : f.numbers(), s);
                cases.add(Case.of(new Activate(new Activation.Relu()), f, some).withZeros());
                cases.add(Case.of(new ActivateGrad(new Activation.Relu()), f, some, dy).withZeros());
            }
            for (int size : new int[] {17, 1000})
                cases.add(Case.of(new Activate(new Activation.Relu()), f, in("x", f, size)).withZeros());
        }
        for (Shape s : SHAPES) {
            cases.add(Case.of(new Activate(new Activation.Tanh()), Filling.REALS, in("x", Filling.REALS.numbers(), s)));
            cases.add(Case.of(new ActivateGrad(new Activation.Tanh()), Filling.REALS, in("y", Values.uniform(-1, 1), s),
                    in("dy", Filling.REALS.numbers(), s)));
        }
        cases.add(special(new Activation.Relu(), 1.5, -1.5, Double.NaN, Double.POSITIVE_INFINITY, 0x1p-149,
                Float.MAX_VALUE, 7));
        cases.add(special(new Activation.Tanh(), Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-30,
                -1e-6, 9, -9.1,
                100, -1e30, 1e-3, 0.54, -0.56));
        for (int n : new int[] {1, 16, 17, 32}) {
            cases.add(normalize(Filling.INTEGERS, List.of(2.0), List.of(-1.0), n, 1, 7, 5));
            cases.add(normalize(Filling.REALS, List.of(1 / 255.0), List.of(-0.5), n, 1, 8, 8));
            cases.add(normalize(Filling.REALS, List.of(1 / 58.4, 1 / 57.1, 1 / 57.4), List.of(-2.118, -2.036, -1.804),
                    n, 3, 6, 5));
        }
        return cases;
    }

    /** Values that go to the edges of the numbers, in every place of a vector. */
    private static Case special(Activation f, double... values) {
        int size = values.length * 19;
        double[] all = IntStream.range(0, size).map(i -> (i + i / values.length) % values.length)
                .mapToDouble(i -> values[i]).toArray();
        return Case.of(new Activate(f), Filling.REALS, in("x", Values.cycle(all), size)).named("at the edges");
    }

    private static Case normalize(Filling f, List<Double> scale, List<Double> shift, int... dims) {
        return Case.of(new Normalize(scale, shift), f, pixels(dims));
    }
}
