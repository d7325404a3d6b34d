package org.gabor.tests;

import static org.gabor.tests.Args.in;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Pooling.AdaptivePool;
import org.gabor.graph.Pooling.AdaptivePoolGrad;
import org.gabor.graph.Pooling.Kind;
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
            new Pool(1, 3, 7, 7, Window.of(7, 1, 0)),
            // sizes rounded up: a last window that reaches beyond the image, and one that would start beyond it
            new Pool(2, 3, 8, 7, Window.of(3, 2, 0).ceilMode()),
            new Pool(16, 6, 7, 7, Window.of(2, 2, 0).ceilMode()),
            new Pool(17, 3, 6, 5, Window.of(3, 2, 1).ceilMode()),
            new Pool(3, 2, 5, 5, Window.of(2, 3, 1).ceilMode()),
            new Pool(32, 5, 9, 9, Window.of(4, 4, 0).ceilMode()),
            new Pool(1, 17, 5, 8, new Window(2, 4, 2, 3, 1, 0, 0, 2).ceilMode()));

    /** Taps apart, for maxima only. */
    private static final List<Pool> APART = List.of(
            new Pool(2, 3, 8, 7, Window.of(2, 1, 0).dilation(2, 2)),
            new Pool(16, 4, 9, 9, Window.of(3, 2, 1).dilation(2, 2)),
            new Pool(17, 3, 7, 8, new Window(2, 3, 1, 2, 1, 0, 0, 1).dilation(3, 1)),
            new Pool(32, 2, 6, 6, Window.of(2, 2, 0).dilation(2, 2).ceilMode()),
            new Pool(1, 5, 9, 5, Window.of(3, 3, 1).dilation(3, 1).ceilMode()),
            new Pool(3, 17, 7, 7, Window.of(2, 3, 1).dilation(3, 3)));

    /** Images, and sizes they are pooled to: bins of one size, of several, that overlap, and more bins than pixels. */
    private static final int[][] IMAGES =
            {{1, 3, 7, 7}, {2, 3, 8, 7}, {16, 6, 6, 6}, {17, 5, 9, 5}, {32, 16, 4, 4}, {3, 2, 1, 5}};
    private static final int[][] BINS = {{1, 1}, {3, 2}, {5, 7}, {4, 4}, {7, 1}};

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Filling f : Filling.values()) {
            for (Pool s : SHAPES) {
                maxima(cases, s, f);
                means(cases, s, f);
            }
            for (Pool s : APART) maxima(cases, s, f);
            adaptive(cases, f);
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

    private static void maxima(List<Case> cases, Pool s, Filling f) {
        Case.Arg x = in("x", f, s.n, s.c, s.h, s.w);
        Case.Arg dy = in("dy", f, s.n, s.c, s.window.p(s.h), s.window.q(s.w));
        cases.add(Case.of(new MaxPool(s.window), f, x));
        cases.add(Case.of(new MaxPoolGrad(s.window), f, x, dy).withZeros());
    }

    /** A quotient is exact only by a power of two, which all windows have only if they lie inside of the image. */
    private static void means(List<Case> cases, Pool s, Filling f) {
        Window w = s.window;
        boolean padded = Math.max(Math.max(w.top(), w.bottom()), Math.max(w.left(), w.right())) > 0;
        boolean power = Integer.bitCount(w.r() * w.s()) == 1;
        Case.Arg x = in("x", f, s.n, s.c, s.h, s.w), dy = in("dy", f, s.n, s.c, w.p(s.h), w.q(s.w));
        for (boolean countPadding : new boolean[] {true, false}) {
            if (f.exact() && !(power && !w.ceil() && (countPadding || !padded))) continue;
            cases.add(Case.of(new MeanPool(w, countPadding), f, x));
            cases.add(Case.of(new MeanPoolGrad(w, countPadding, x.type().shape()), f, dy).withZeros());
        }
    }

    private static void adaptive(List<Case> cases, Filling f) {
        for (int[] s : IMAGES)
            for (int[] bins : BINS)
                for (Kind kind : Kind.values()) {
                    // bins of 4 pixels have 1, 2 or 4 rows and columns, whatever their number
                    if (f.exact() && kind == Kind.MEAN && s[2] * s[3] != 16) continue;
                    Case.Arg x = in("x", f, s), dy = in("dy", f, s[0], s[1], bins[0], bins[1]);
                    cases.add(Case.of(new AdaptivePool(kind, bins[0], bins[1]), f, x));
                    cases.add(Case.of(new AdaptivePoolGrad(kind), f, x, dy).withZeros());
                }
    }
}
