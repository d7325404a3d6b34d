package org.gabor.tests;

import static org.gabor.tests.Args.in;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Pooling.MaxPool;
import org.gabor.graph.Pooling.MaxPoolGrad;
import org.gabor.graph.Pooling.MeanPool;
import org.gabor.graph.Pooling.MeanPoolGrad;
import org.gabor.graph.Window;

/** Pooling and its gradients over awkward shapes. */
final class PoolingCases {
    private PoolingCases() {}

    private record Pool(int n, int c, int h, int w, Window window) {}

    private static final List<Pool> SHAPES = List.of(
            new Pool(1, 1, 1, 1, Window.of(1, 1, 0)),
            new Pool(1, 1, 2, 2, Window.of(2, 2, 0)),
            new Pool(2, 3, 5, 5, Window.of(1, 2, 0)),
            // rows that no window covers, windows that overlap, windows apart
            new Pool(2, 3, 9, 7, Window.of(2, 2, 0)),
            new Pool(16, 6, 7, 7, Window.of(2, 2, 0)),
            new Pool(1, 3, 5, 5, Window.of(2, 1, 0)),
            new Pool(32, 3, 5, 6, Window.of(2, 1, 0)),
            new Pool(2, 3, 8, 8, Window.of(2, 3, 0)),
            new Pool(1, 17, 5, 5, Window.of(3, 1, 1)),
            // padding
            new Pool(2, 3, 8, 7, Window.of(3, 2, 1)),
            new Pool(16, 16, 7, 7, Window.of(3, 2, 1)),
            new Pool(17, 1, 6, 6, Window.of(2, 2, 1)),
            new Pool(16, 3, 6, 6, Window.of(4, 2, 2)),
            new Pool(3, 4, 9, 8, new Window(4, 2, 2, 3, 1, 0, 2, 1)),
            new Pool(3, 5, 1, 9, new Window(1, 4, 1, 4, 0, 0, 0, 0)),
            new Pool(1, 2, 4, 1300, Window.of(2, 2, 0)),
            new Pool(16, 1, 3, 90, Window.of(2, 1, 0)),
            // LeNet, and global pooling
            new Pool(16, 6, 28, 28, Window.of(2, 2, 0)),
            new Pool(33, 6, 10, 10, Window.of(2, 2, 0)),
            new Pool(17, 16, 10, 10, Window.of(2, 2, 0)),
            new Pool(16, 64, 4, 4, Window.of(4, 1, 0)),
            new Pool(32, 16, 8, 8, Window.of(8, 1, 0)),
            new Pool(1, 3, 7, 7, Window.of(7, 1, 0)));

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Pool s : SHAPES)
            for (Filling f : Filling.values()) {
                Case.Arg x = in("x", f, s.n, s.c, s.h, s.w), dy = in("dy", f, s.n, s.c, s.window.p(s.h),
                        s.window.q(s.w));
                cases.add(Case.of(new MaxPool(s.window), f, x));
                cases.add(Case.of(new MaxPoolGrad(s.window), f, x, dy).withZeros());
                // a quotient is exact only by a power of two
                if (f.exact() && Integer.bitCount(s.window.r() * s.window.s()) > 1) continue;
                cases.add(Case.of(new MeanPool(s.window), f, x));
                cases.add(Case.of(new MeanPoolGrad(s.window, x.type().shape()), f, dy).withZeros());
            }
        Values spiked = Values.cycle(1, 2, Double.NaN, -3, 5, 4, -1, 7, Double.NEGATIVE_INFINITY, 6, 8);
        Values negative = Values.uniform(-9, -1);
        for (int n : new int[] {2, 16}) {
            cases.add(Case.of(new MaxPool(Window.of(2, 2, 0)), Filling.INTEGERS,
                    in("x", spiked, n, 3, 6, 6)).named("with NaN"));
            cases.add(Case.of(new MaxPool(Window.of(3, 2, 1)), Filling.REALS,
                    in("x", negative, n, 3, 6, 6)).named("below the padding"));
            cases.add(Case.of(new MaxPoolGrad(Window.of(3, 2, 1)), Filling.INTEGERS, in("x", Values.all(1), n, 3, 6, 6),
                    in("dy", Values.INTEGERS, n, 3, 3, 3)).named("all equal").withZeros());
        }
        return cases;
    }
}
