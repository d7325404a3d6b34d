package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Activation;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.DType;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnGradSums;
import org.gabor.graph.Normalization.BnGradX;
import org.gabor.graph.Normalization.BnStats;
import org.gabor.graph.Normalization.Lrn;
import org.gabor.graph.Normalization.LrnGrad;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Pointwise.Cast;
import org.gabor.graph.Pooling;
import org.gabor.graph.Product.MatMul;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/**
 * Operations on values of BF16: arguments are cast to it, results cast back. On small whole numbers all sums are exact, so
 * that the one rounding of the result can be judged to the last bit.
 */
final class HalfCases {
    private static final DType HALF = DType.BF16;

    private HalfCases() {}

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Filling f : Filling.values()) {
            for (Shape s : PointwiseCases.SHAPES) {
                if (s.size() == 1) continue;
                Case.Arg x = in("x", f.numbers().affine(37, 1), s), dy = in("dy", f.numbers(), s);
                cases.add(new Case("Cast", "to bf16 and back", List.of(x), f, false,
                        (g, in) -> g.output("y", back(half(in.get(0))))));
                cases.add(half(new Pointwise.Add(), f, 2, x, dy).withZeros());
                cases.add(half(new Pointwise.Mul(), f, 2, x, dy).withZeros());
                cases.add(half(new Pointwise.Activate(new Activation.Relu()), f, 1, x).withZeros());
                cases.add(half(new Pointwise.ActivateGrad(new Activation.Relu()), f, 2, x, dy).withZeros());
                cases.add(half(new Pointwise.AddBias(), f, 1, x, kept("b", f.numbers(), s.c())).withZeros());
                cases.add(half(new Pointwise.ChannelSum(), f, 1, in("x", f.numbers().affine(1, 4), s)));
            }
            for (Shape s : List.of(Shape.of(2, 8, 9, 9), Shape.of(3, 5, 7, 6), Shape.of(16, 32, 4, 4))) images(cases, f, s);
            for (int[] mnk : new int[][] {{1, 1, 1}, {64, 10, 120}, {17, 33, 5}, {128, 64, 32}})
                for (boolean ta : new boolean[] {false, true})
                    for (boolean tb : new boolean[] {false, true}) {
                        int m = mnk[0], n = mnk[1], k = mnk[2];
                        cases.add(half(new MatMul(ta, tb), f, 2, in("a", f, ta ? k : m, ta ? m : k),
                                in("b", f, tb ? n : k, tb ? k : n)).withZeros());
                    }
        }
        return cases;
    }

    private static void images(List<Case> cases, Filling f, Shape s) {
        Case.Arg x = in("x", f.numbers(), s);
        Window window = Window.of(3, 1, 1), pool = Window.of(2, 2, 0);
        Shape w = Shape.of(16, s.c(), 3, 3), y = Shape.of(s.n(), 16, s.h(), s.w());
        Case.Arg filters = in("w", f.numbers(), w), dy = in("dy", f.numbers(), y);
        cases.add(half(new Conv2d(window, 1), f, 2, x, filters).withZeros());
        cases.add(half(new Conv2dGradX(window, 1, s), f, 2, dy, filters).withZeros());
        cases.add(half(new Conv2dGradW(window, 1), f, 2, x, dy).withZeros());
        Shape pooled = Shape.of(s.n(), s.c(), pool.p(s.h()), pool.q(s.w()));
        cases.add(half(new Pooling.MaxPool(pool), f, 1, x).withZeros());
        cases.add(half(new Pooling.MeanPool(pool, true), f, 1, x).withZeros());
        cases.add(half(new Pooling.AdaptivePool(Pooling.Kind.MEAN, 1, 1), f, 1, x).withZeros());
        cases.add(half(new Pooling.MaxPoolGrad(pool), f, 2, x, in("dy", f.numbers(), pooled)).withZeros());
        if (f.exact()) return;
        var lrn = new Lrn(5, 1e-4, 0.75, 2);
        cases.add(half(lrn, f, 1, x));
        cases.add(half(new LrnGrad(lrn), f, 2, x, in("dy", f.numbers(), s)));
        cases.add(half(new BnStats(), f, 1, x));
        cases.add(batchNorm(f, s));
    }

    /** Forward and backward in one graph, with the statistics of the batch in F32. */
    private static Case batchNorm(Filling f, Shape s) {
        List<Case.Arg> args = List.of(in("x", f.numbers(), s), in("dy", f.numbers(), s), kept("gamma", f.numbers(), s.c()),
                kept("beta", f.numbers(), s.c()));
        return Case.chain("batch norm in bf16", f, args, (g, in) -> {
            Node x = half(in.get(0)), dy = half(in.get(1)), gamma = in.get(2);
            Node stats = g.add(new BnStats(), x);
            g.output("y", back(g.add(new BatchNorm(1e-5), x, stats, gamma, in.get(3)).relu()));
            Node sums = g.add(new BnGradSums(1e-5), x, stats, dy);
            g.output("dx", back(g.add(new BnGradX(1e-5, true), x, stats, gamma, dy, sums)));
        }).withZeros();
    }

    /** An operation whose first {@code values} arguments are cast. */
    private static Case half(Op op, Filling f, int values, Case.Arg... args) {
        return new Case(op.getClass().getSimpleName(), "bf16 " + op, List.of(args), f, false, (g, in) -> {
            var operands = new ArrayList<>(in);
            for (int i = 0; i < values; i++) operands.set(i, half(in.get(i)));
            g.output("y", back(g.add(op, operands)));
        });
    }

    private static Node half(Node x) { return x.graph().add(new Cast(HALF), x); }

    private static Node back(Node y) { return y.type().dtype() == HALF ? y.graph().add(new Cast(DType.F32), y) : y; }
}
