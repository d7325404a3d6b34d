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
            case Convolution.Conv2d _ -> sum(Wanted.Y, op, in.shape(0), a, in.shape(1), b, in.result(), out);
            case Convolution.Conv2dGradX _ -> sum(Wanted.X, op, in.result(), out, in.shape(1), b, in.shape(0), a);
            case Convolution.Conv2dGradW _ -> sum(Wanted.W, op, in.shape(0), a, in.result(), out, in.shape(1), b);
        }
        return out;
    }

    /** Which of the three is the sum of products of the other two. */
    private enum Wanted {
        X, W, Y
    }

    /** Adds every product that belongs together; pixels in the padding belong to nothing. */
    private static void sum(Wanted wanted, Convolution op, Shape xs, double[] x, Shape ws, double[] w, Shape ys,
            double[] y) {
        Window window = op.window();
        int filtersOfGroup = ys.c() / op.groups();
        for (int n = 0; n < ys.n(); n++)
            for (int k = 0; k < ys.c(); k++)
                for (int p = 0; p < ys.h(); p++)
                    for (int q = 0; q < ys.w(); q++) {
                        int yi = ((n * ys.c() + k) * ys.h() + p) * ys.w() + q;
                        int firstChannel = k / filtersOfGroup * ws.c();
                        for (int c = 0; c < ws.c(); c++)
                            for (int r = 0; r < ws.h(); r++) {
                                int h = p * window.strideH() - window.top() + r * window.dilationH();
                                if (h < 0 || h >= xs.h()) continue;
                                for (int s = 0; s < ws.w(); s++) {
                                    int v = q * window.strideW() - window.left() + s * window.dilationW();
                                    if (v < 0 || v >= xs.w()) continue;
                                    int xi = ((n * xs.c() + firstChannel + c) * xs.h() + h) * xs.w() + v;
                                    int wi = ((k * ws.c() + c) * ws.h() + r) * ws.w() + s;
                                    switch (wanted) {
                                        case X -> x[xi] += y[yi] * w[wi];
                                        case W -> w[wi] += x[xi] * y[yi];
                                        case Y -> y[yi] += x[xi] * w[wi];
                                    }
                                }
                            }
                    }
    }
}
