package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;
import static org.gabor.tests.Args.pixels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gabor.graph.Activation;
import org.gabor.graph.Pointwise.Activate;
import org.gabor.graph.Pointwise.Add;
import org.gabor.graph.Pointwise.AddBias;
import org.gabor.graph.Pointwise.ChannelSum;
import org.gabor.graph.Pointwise.Dropout;
import org.gabor.graph.Pointwise.Mul;
import org.gabor.graph.Pointwise.Normalize;
import org.gabor.graph.Pointwise.SumTo;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.random.Stream;

/** Operations element by element, and a channel at a time. */
final class PointwiseCases {
    private PointwiseCases() {}

    static final List<Shape> SHAPES = List.of(Shape.of(1, 1, 1, 1), Shape.of(2, 3, 5, 7), Shape.of(16, 6, 9, 9),
            Shape.of(17, 16, 4, 4), Shape.of(33, 1, 6, 6), Shape.of(1, 64, 3, 3), Shape.of(32, 17, 1, 1),
            Shape.of(1, 1),
            Shape.of(5, 7), Shape.of(64, 120), Shape.of(33, 10), Shape.of(1, 3, 97, 103), Shape.of(16, 2, 30, 31));

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Filling f : Filling.values()) {
            for (Shape s : SHAPES) {
                Case.Arg x = in("x", f.numbers(), s), dy = in("dy", f.numbers(), s);
                if (s.size() > 1 || !f.exact()) cases.add(Case.of(new Add(), f, x, dy));
                cases.add(Case.of(new Mul(), f, x, dy));
                cases.add(Case.of(new AddBias(), f, x, kept("b", f.numbers().affine(1, 4), s.c())));
                cases.add(Case.of(new ChannelSum(), f, x));
            }
            for (int size : new int[] {17, 1000})
                cases.add(Case.of(new Activate(new Activation.Relu()), f, in("x", f, size)).withZeros());
            broadcasts(cases, f);
            dropouts(cases, f);
        }
        for (int n : new int[] {1, 16, 17, 32}) {
            cases.add(normalize(Filling.INTEGERS, List.of(2.0), List.of(-1.0), n, 1, 7, 5));
            cases.add(normalize(Filling.REALS, List.of(1 / 255.0), List.of(-0.5), n, 1, 8, 8));
            cases.add(normalize(Filling.REALS, List.of(1 / 58.4, 1 / 57.1, 1 / 57.4), List.of(-2.118, -2.036, -1.804),
                    n, 3, 6, 5));
            for (Filling f : Filling.values())
                cases.add(Case.of(new Normalize(List.of(2.0, 0.5, -1.0), List.of(-1.0, 0.25, 4.0)), f, in("x", f, n, 3, 6, 5))
                        .withZeros());
        }
        return cases;
    }

    /** Every way in which dimensions of 1 may stand against those of an image or a matrix, on both sides. */
    private static void broadcasts(List<Case> cases, Filling f) {
        for (Shape s : List.of(Shape.of(2, 3, 5, 7), Shape.of(16, 6, 4, 4), Shape.of(17, 5, 3, 3), Shape.of(32, 17, 2, 3)))
            for (int ones = 1; ones < 16; ones++) {
                int[] dims = s.dims();
                for (int axis = 0; axis < 4; axis++) if ((ones >> axis & 1) == 1) dims[axis] = 1;
                // far from -a, so that few sums are 0
                Case.Arg a = in("a", f.numbers(), s), b = in("b", f.numbers().affine(1, 5), Shape.of(dims));
                cases.add(Case.of(new Add(), f, a, b));
                cases.add(Case.of(new Mul(), f, a, b));
                if (ones % 3 == 0) cases.add(Case.of(new Add(), f, b, a));
                if (ones % 3 == 1) cases.add(Case.of(new Mul(), f, b, a));
                cases.add(Case.of(new SumTo(Shape.of(dims)), f, in("x", f.numbers().affine(1, 1), s)).withZeros());
            }
        int[][][] both = {{{5, 1}, {1, 7}}, {{1, 10}, {33, 1}}, {{16, 1, 4, 4}, {1, 6, 1, 1}}, {{16, 6, 1, 1}, {1, 1, 4, 4}},
                {{1, 3, 5, 1}, {2, 1, 1, 7}}, {{32, 1, 1, 3}, {1, 17, 2, 1}}, {{1, 1}, {4, 5}}, {{64, 120}, {64, 1}}};
        for (int[][] s : both) {
            Case.Arg a = in("a", f, s[0]), b = in("b", f.numbers().affine(1, 5), s[1]);
            cases.add(Case.of(new Add(), f, a, b));
            cases.add(Case.of(new Mul(), f, a, b));
        }
        for (int[][] s : new int[][][] {{{5, 7}, {1, 7}}, {{33, 10}, {33, 1}}, {{64, 120}, {1, 1}}})
            cases.add(Case.of(new SumTo(Shape.of(s[1])), f, in("x", f.numbers().affine(1, 1), s[0])).withZeros());
    }

    /** Masks are words of a stream: equal on every machine, so what is dropped is exactly 0 and what is kept is not. */
    private static void dropouts(List<Case> cases, Filling f) {
        double[][] keys = {{0, 0, 0, 0}, {17, -4, 3, 1}, {-1, 123456789, 1000000, 0}};
        for (Shape s : List.of(Shape.of(5, 7), Shape.of(33, 10), Shape.of(2, 3, 5, 7), Shape.of(16, 6, 9, 9),
                Shape.of(17, 5, 3, 3), Shape.of(32, 17, 2, 3)))
            for (double rate : f.exact() ? new double[] {0, 0.5, 0.75} : new double[] {0.1, 0.3, 0.9})
                for (double[] key : keys)
                    cases.add(dropout(rate, f, key, s).named("with the key " + Arrays.toString(key)));
    }

    private static Case dropout(double rate, Filling f, double[] key, Shape s) {
        return Case.of(new Dropout(rate, Stream.id("3/dropout" + s)), f, in("x", f.numbers(), s),
                new Case.Arg("seed", TensorType.i32(2), false, Values.cycle(key[0], key[1])),
                new Case.Arg("step", TensorType.i32(1), false, Values.all(key[2])),
                new Case.Arg("epoch", TensorType.i32(1), false, Values.all(key[3]))).withZeros();
    }

    private static Case normalize(Filling f, List<Double> scale, List<Double> shift, int... dims) {
        return Case.of(new Normalize(scale, shift), f, pixels(dims));
    }
}
