package org.gabor.tests.oracle;

import org.gabor.graph.Convolution;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/** Convolution and its gradients: one loop nest, which meets every product x w, and three places to add it up. */
final class Convolutions {
    private Convolutions() {}

    static double[] of(Convolution op, Operands in) {
        double[] out = in.out();
        switch (op) {
            case Convolution.Conv2d _ -> {
                double[] x = in.in(0), w = in.in(1);
                products(in.shape(0), in.shape(1), in.result(), op.window(), (xi, wi, yi) -> out[yi] += x[xi] * w[wi]);
            }
            case Convolution.Conv2dGradX _ -> {
                double[] dy = in.in(0), w = in.in(1);
                products(in.result(), in.shape(1), in.shape(0), op.window(), (xi, wi, yi) -> out[xi] += dy[yi] * w[wi]);
            }
            case Convolution.Conv2dGradW _ -> {
                double[] x = in.in(0), dy = in.in(1);
                products(in.shape(0), in.result(), in.shape(1), op.window(), (xi, wi, yi) -> out[wi] += x[xi] * dy[yi]);
            }
        }
        return out;
    }

    private interface Sum {
        void add(int x, int w, int y);
    }

    /** Calls {@code sum} for every product of x and w that belongs to a y; those with padding are left out. */
    private static void products(Shape x, Shape w, Shape y, Window window, Sum sum) {
        for (int n = 0; n < y.n(); n++)
            for (int k = 0; k < y.c(); k++)
                for (int p = 0; p < y.h(); p++)
                    for (int q = 0; q < y.w(); q++)
                        for (int c = 0; c < x.c(); c++)
                            for (int r = 0; r < w.h(); r++) {
                                int h = p * window.strideH() - window.top() + r;
                                if (h < 0 || h >= x.h()) continue;
                                for (int s = 0; s < w.w(); s++) {
                                    int v = q * window.strideW() - window.left() + s;
                                    if (v < 0 || v >= x.w()) continue;
                                    sum.add(((n * x.c() + c) * x.h() + h) * x.w() + v,
                                            ((k * x.c() + c) * w.h() + r) * w.w() + s,
                                            ((n * y.c() + k) * y.h() + p) * y.w() + q);
                                }
                            }
    }
}
