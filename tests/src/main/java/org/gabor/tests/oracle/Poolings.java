package org.gabor.tests.oracle;

import org.gabor.graph.Pooling;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/** Reductions over sliding windows. */
final class Poolings {
    private Poolings() {}

    static double[] of(Pooling op, Operands in) {
        double[] out = in.out();
        Window window = op.window();
        double size = window.r() * window.s();
        switch (op) {
            case Pooling.MaxPool _ -> windows(in.shape(0), in.result(), window,
                    (yi, cells) -> out[yi] = in.in(0)[largest(in.in(0), cells)]);
            case Pooling.MaxPoolGrad _ -> windows(in.shape(0), in.shape(1), window,
                    (yi, cells) -> out[largest(in.in(0), cells)] += in.in(1)[yi]);
            case Pooling.MeanPool _ -> windows(in.shape(0), in.result(), window, (yi, cells) -> {
                double sum = 0;
                for (int cell : cells) sum += in.in(0)[cell];
                out[yi] = sum / size;
            });
            case Pooling.MeanPoolGrad _ -> windows(in.result(), in.shape(0), window, (yi, cells) -> {
                for (int cell : cells) out[cell] += in.in(0)[yi] / size;
            });
        }
        return out;
    }

    /** Called with an element of y and the elements of x that its window covers, in row order. */
    interface Visitor {
        void visit(int y, int[] cells);
    }

    /** Visits every window; what lies in the padding is left out. */
    static void windows(Shape x, Shape y, Window window, Visitor visitor) {
        for (int plane = 0; plane < y.n() * y.c(); plane++)
            for (int p = 0; p < y.h(); p++)
                for (int q = 0; q < y.w(); q++) {
                    int top = p * window.strideH() - window.top(), left = q * window.strideW() - window.left();
                    int h0 = Math.max(top, 0), h1 = Math.min(top + window.r(), x.h());
                    int w0 = Math.max(left, 0), w1 = Math.min(left + window.s(), x.w());
                    int[] cells = new int[(h1 - h0) * (w1 - w0)];
                    int i = 0;
                    for (int h = h0; h < h1; h++)
                        for (int w = w0; w < w1; w++) cells[i++] = (plane * x.h() + h) * x.w() + w;
                    visitor.visit((plane * y.h() + p) * y.w() + q, cells);
                }
    }

    /** The cell with the largest value, the first of equal ones; a NaN is larger than all. */
    static int largest(double[] x, int[] cells) {
        int best = cells[0];
        for (int cell : cells) if (!Double.isNaN(x[best]) && (x[cell] > x[best] || Double.isNaN(x[cell]))) best = cell;
        return best;
    }
}
