package org.gabor.tests.oracle;

import org.gabor.graph.Convolution;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/** Convolution and its gradients: one loop nest that meets every product, and three places to add it up. */
final class Convolutions {
    private Convolutions() {
    }

    static double[] of(Convolution op, Operands in) {
        double[] out = in.out(), a = in.in(0), b = in.in(1);
        switch (op) {
            case Convolution.Conv2d _ -> sum(Wanted.Y, op.window(), in.shape(0), a, in.shape(1), b, in.result(), out);
            case Convolution.Conv2dGradX _ -> sum(Wanted.X, op.window(), in.result(), out, in.shape(1), b, in.shape(0),
                    a);
            case Convolution.Conv2dGradW _ -> sum(Wanted.W, op.window(), in.shape(0), a, in.result(), out, in.shape(1),
                    b);
        }
        return out;
    }

    /** Which of the three is the sum of products of the other two. */
    private enum Wanted {
        X, W, Y
    }

    /** Adds every product that belongs together; pixels in the padding belong to nothing. */
    private static void sum(Wanted wanted, Window window, Shape xs, double[] x, Shape ws, double[] w, Shape ys,
            double[] y) {
        for (int n = 0; n < ys.n(); n++)
            for (int k = 0; k < ys.c(); k++)
                for (int p = 0; p < ys.h(); p++)
                    for (int q = 0; q < ys.w(); q++) {
                        int yi = ((n * ys.c() + k) * ys.h() + p) * ys.w() + q;
                        int top = p * window.strideH() - window.top(), left = q * window.strideW() - window.left();
                        for (int c = 0; c < xs.c(); c++)
                            for (int r = Math.max(0, -top); r < Math.min(ws.h(), xs.h() - top); r++) {
                                int xRow = ((n * xs.c() + c) * xs.h() + top + r) * xs.w() + left;
                                int wRow = ((k * xs.c() + c) * ws.h() + r) * ws.w();
                                for (int s = Math.max(0, -left); s < Math.min(ws.w(), xs.w() - left); s++)
                                    switch (wanted) {
                                    case X -> x[xRow + s] += y[yi] * w[wRow + s];
                                    case W -> w[wRow + s] += x[xRow + s] * y[yi];
                                    case Y -> y[yi] += x[xRow + s] * w[wRow + s];
                                }
                            }
                    }
    }
}
