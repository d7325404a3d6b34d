package org.gabor.tests.oracle;

import org.gabor.graph.Pooling;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/** Error bounds of pooling. */
final class PoolingBounds {
    private PoolingBounds() {}

    static double[] of(Pooling op, Operands v, Operands e) {
        Shape x = v.shape(0);
        return switch (op) {
            // |max(x + d) - max x| <= max |d|
            case Pooling.MaxPool m -> Poolings.of(m, e);
            case Pooling.MaxPoolGrad m -> routed(v, e, visitor -> Poolings.windows(m.window(), x, v.shape(1), visitor));
            case Pooling.MeanPool m -> Bounds.linear(m, v, e, 0, leastShare(m.window()));
            case Pooling.MeanPoolGrad m -> Bounds.linear(m, v, e, 0, leastShare(m.window()));
            case Pooling.AdaptivePool a -> switch (a.kind()) {
                case MAX -> Poolings.of(a, e);
                case MEAN -> Bounds.linear(a, v, e, 0, leastShare(x, v.result()));
            };
            case Pooling.AdaptivePoolGrad a -> switch (a.kind()) {
                case MAX -> routed(v, e, visitor -> Poolings.bins(x, v.shape(1), visitor));
                case MEAN -> Bounds.linear(a, v, e, 1, leastShare(x, v.shape(1)));
            };
        };
    }

    /** No element of a window has less than this in its mean. */
    private static double leastShare(Window window) { return 1.0 / (window.r() * window.s()); }

    /** A bin has at most size / bins + 2 rows or columns. */
    private static double leastShare(Shape x, Shape y) {
        return 1.0 / ((x.h() / y.h() + 2) * (x.w() / y.w() + 2));
    }

    private interface Windows {
        void visit(Poolings.Visitor visitor);
    }

    /**
     * dx is a sum of the dy that come to it. Where x is exact it is known which; else every cell that an error could
     * make the largest may get dy or lose it.
     */
    private static double[] routed(Operands v, Operands e, Windows windows) {
        double[] x = v.in(0), ex = e.in(0), dy = v.in(1), edy = e.in(1);
        double[] bound = new double[x.length], most = new double[x.length], count = new double[x.length];
        windows.visit((y, cells, _) -> {
            int best = Poolings.largest(x, cells);
            boolean sure = true;
            for (int cell : cells) {
                boolean contends = cell != best && ex[cell] + ex[best] > 0 && x[cell] + ex[cell] >= x[best] - ex[best];
                if (!contends) continue;
                sure = false;
                bound[cell] += Math.abs(dy[y]) + edy[y];
                count[cell]++;
                most[cell] += Math.abs(dy[y]) + edy[y];
            }
            bound[best] += edy[y] + (sure ? 0 : Math.abs(dy[y]));
            most[best] += Math.abs(dy[y]) + edy[y];
            count[best]++;
        });
        for (int i = 0; i < bound.length; i++) if (count[i] > 1) bound[i] += (count[i] + 2) * Approx.U * most[i];
        return bound;
    }
}
