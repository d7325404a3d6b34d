package org.gabor.tests.oracle;

import java.util.Arrays;
import org.gabor.graph.Pooling;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/** Reductions over sliding windows, and over bins. */
final class Poolings {
    private Poolings() {}

    static double[] of(Pooling op, Operands in) {
        double[] out = in.out(), first = in.in(0);
        switch (op) {
            case Pooling.MaxPool m -> windows(m.window(), in.shape(0), in.result(), largestOf(first, out));
            case Pooling.MaxPoolGrad m -> windows(m.window(), in.shape(0), in.shape(1), toLargest(first, in.in(1), out));
            case Pooling.MeanPool m -> windows(m.window(), in.shape(0), in.result(), meanOf(m.countPadding(), first, out));
            case Pooling.MeanPoolGrad m ->
                    windows(m.window(), in.result(), in.shape(0), shared(m.countPadding(), first, out));
            case Pooling.AdaptivePool a -> bins(in.shape(0), in.result(), switch (a.kind()) {
                case MAX -> largestOf(first, out);
                case MEAN -> meanOf(false, first, out);
            });
            case Pooling.AdaptivePoolGrad a -> bins(in.shape(0), in.shape(1), switch (a.kind()) {
                case MAX -> toLargest(first, in.in(1), out);
                case MEAN -> shared(false, in.in(1), out);
            });
        }
        return out;
    }

    /** Called with an element of y, the elements of x that its window covers, in row order, and how many it covers
     * inside of image and padding. */
    interface Visitor {
        void visit(int y, int[] cells, int withPadding);
    }

    private static Visitor largestOf(double[] x, double[] y) { return (i, cells, _) -> y[i] = x[largest(x, cells)]; }

    private static Visitor toLargest(double[] x, double[] dy, double[] dx) {
        return (i, cells, _) -> dx[largest(x, cells)] += dy[i];
    }

    private static Visitor meanOf(boolean countPadding, double[] x, double[] y) {
        return (i, cells, all) -> {
            double sum = 0;
            for (int cell : cells) sum += x[cell];
            y[i] = sum / (countPadding ? all : cells.length);
        };
    }

    private static Visitor shared(boolean countPadding, double[] dy, double[] dx) {
        return (i, cells, all) -> {
            for (int cell : cells) dx[cell] += dy[i] / (countPadding ? all : cells.length);
        };
    }

    /** Visits every window; what lies in the padding is no cell. */
    static void windows(Window window, Shape x, Shape y, Visitor visitor) {
        for (int plane = 0; plane < y.n() * y.c(); plane++)
            for (int p = 0; p < y.h(); p++)
                for (int q = 0; q < y.w(); q++) {
                    int top = p * window.strideH() - window.top(), left = q * window.strideW() - window.left();
                    int rows = Math.min(top + window.r(), x.h() + window.bottom()) - top;
                    int columns = Math.min(left + window.s(), x.w() + window.right()) - left;
                    int[] cells = new int[window.r() * window.s()];
                    int count = 0;
                    for (int r = 0; r < window.r(); r++)
                        for (int s = 0; s < window.s(); s++) {
                            int h = top + r * window.dilationH(), w = left + s * window.dilationW();
                            if (h >= 0 && h < x.h() && w >= 0 && w < x.w())
                                cells[count++] = (plane * x.h() + h) * x.w() + w;
                        }
                    visitor.visit((plane * y.h() + p) * y.w() + q, Arrays.copyOf(cells, count), rows * columns);
                }
    }

    /** Visits every bin of an adaptive pooling: from floor(i size / bins) to ceil((i + 1) size / bins). */
    static void bins(Shape x, Shape y, Visitor visitor) {
        for (int plane = 0; plane < y.n() * y.c(); plane++)
            for (int p = 0; p < y.h(); p++)
                for (int q = 0; q < y.w(); q++) {
                    int h0 = Math.floorDiv(p * x.h(), y.h()), h1 = Math.ceilDiv((p + 1) * x.h(), y.h());
                    int w0 = Math.floorDiv(q * x.w(), y.w()), w1 = Math.ceilDiv((q + 1) * x.w(), y.w());
                    int[] cells = new int[(h1 - h0) * (w1 - w0)];
                    int count = 0;
                    for (int h = h0; h < h1; h++)
                        for (int w = w0; w < w1; w++) cells[count++] = (plane * x.h() + h) * x.w() + w;
                    visitor.visit((plane * y.h() + p) * y.w() + q, cells, count);
                }
    }

    /** The cell with the largest value, the first of equal ones; a NaN is larger than all. */
    static int largest(double[] x, int[] cells) {
        int best = cells[0];
        for (int cell : cells) if (!Double.isNaN(x[best]) && (x[cell] > x[best] || Double.isNaN(x[cell]))) best = cell;
        return best;
    }
}
