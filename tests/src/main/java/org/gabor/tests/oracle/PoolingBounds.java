package org.gabor.tests.oracle;

import org.gabor.graph.Pooling;

/** Error bounds of pooling. */
final class PoolingBounds {
    private PoolingBounds() {}

    static double[] of(Pooling op, Operands v, Operands e) {
        return switch (op) {
            // |max(x + d) - max x| <= max |d|
            case Pooling.MaxPool m -> Poolings.of(m, e);
            case Pooling.MaxPoolGrad m -> routed(m, v, e);
            case Pooling.MeanPool _,Pooling.MeanPoolGrad _ -> {
                double size = op.window().r() * op.window().s();
                yield Bounds.linear(op, v, e, 1 / size);
            }
        };
    }

    /**
     * dx is a sum of the dy that come to it. Where x is exact it is known which; else every cell that an error could
     * make the largest may get dy or lose it.
     */
    private static double[] routed(Pooling.MaxPoolGrad op, Operands v, Operands e) {
        double[] x = v.in(0), ex = e.in(0), dy = v.in(1), edy = e.in(1);
        double[] bound = new double[x.length], most = new double[x.length], count = new double[x.length];
        Poolings.windows(v.shape(0), v.shape(1), op.window(), (y, cells) -> {
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
