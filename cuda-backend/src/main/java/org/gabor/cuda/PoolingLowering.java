package org.gabor.cuda;

import org.gabor.graph.Node;
import org.gabor.graph.Pooling;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/** Poolings and their gradients, over windows and bins alike (pooling.cu). */
final class PoolingLowering {
    private static final String FAMILY = "pooling";
    private static final int THREADS = 128;
    /** Threads that share an output whose window has {@link #LARGE} elements or more. */
    private static final int PARTS = 8;
    private static final int LARGE = 64;
    private static final int BYTES = 72;

    private PoolingLowering() {}

    static void lower(CudaLowering to, Pooling op, Node node) {
        Stored first = to.at(node.in(0)), last = to.at(node.inputs().getLast());
        Shape x = first.shape(), dy = last.shape();
        switch (op) {
            case Pooling.MaxPool m -> forward(to, "pool_max", Windows.of(m.window(), x, true), first, node);
            case Pooling.MaxPoolGrad m -> maximumGradient(to, Windows.of(m.window(), x, true), first, last, node);
            case Pooling.MeanPool m -> forward(to, "pool_mean", Windows.of(m.window(), x, m.countPadding()), first, node);
            case Pooling.MeanPoolGrad m -> meanGradient(to, Windows.of(m.window(), m.x(), m.countPadding()), last, node);
            case Pooling.AdaptivePool a -> {
                String kernel = a.kind() == Pooling.Kind.MAX ? "pool_max" : "pool_mean";
                forward(to, kernel, Windows.bins(x, a.p(), a.q()), first, node);
            }
            case Pooling.AdaptivePoolGrad a -> {
                Windows bins = Windows.bins(x, dy.h(), dy.w());
                if (a.kind() == Pooling.Kind.MAX) maximumGradient(to, bins, first, last, node);
                else meanGradient(to, bins, last, node);
            }
        }
    }

    private static void forward(CudaLowering to, String kernel, Windows windows, Stored x, Node node) {
        Stored y = to.at(node);
        int width = Elements.width(y.shape().c(), y.dtype()), parts = windows.largest() >= LARGE ? PARTS : 1;
        var threads = RowGrid.of(groups(y.shape(), width), rows(y.shape()), THREADS, parts);
        int shared = parts > 1 ? Double.BYTES * width * THREADS : 0;
        to.add(new Launch(FAMILY, Elements.kernel(kernel, x, node), threads.grid(), threads.block(), shared,
                new Arguments().pointer(x.address()).pointer(y.address()).struct(windows.struct(y.shape(), width))));
    }

    private static void maximumGradient(CudaLowering to, Windows windows, Stored x, Stored dy, Node node) {
        Stored dx = to.at(node);
        gradient(to, "pool_max_gradient", windows, dx, node,
                new Arguments().pointer(x.address()).pointer(dy.address()).pointer(dx.address()));
    }

    private static void meanGradient(CudaLowering to, Windows windows, Stored dy, Node node) {
        Stored dx = to.at(node);
        gradient(to, "pool_mean_gradient", windows, dx, node, new Arguments().pointer(dy.address()).pointer(dx.address()));
    }

    private static void gradient(CudaLowering to, String kernel, Windows windows, Stored dx, Node node, Arguments arguments) {
        int width = Elements.width(dx.shape().c(), dx.dtype());
        var threads = RowGrid.of(groups(dx.shape(), width), rows(dx.shape()), THREADS);
        to.add(new Launch(FAMILY, Elements.kernel(kernel, dx, node), threads.grid(), threads.block(), 0,
                arguments.struct(windows.struct(dx.shape(), width))));
    }

    private static long groups(Shape image, int width) { return (long) image.w() * (image.c() / width); }

    private static long rows(Shape image) { return Math.multiplyExact(image.n(), image.h()); }

    /** The windows of a pooling. */
    private record Windows(Axis rows, Axis columns, boolean countPadding) {
        static Windows of(Window w, Shape x, boolean countPadding) {
            return new Windows(new Axis(x.h(), w.p(x.h()), w.r(), w.strideH(), w.dilationH(), w.top(), w.bottom()),
                    new Axis(x.w(), w.q(x.w()), w.s(), w.strideW(), w.dilationW(), w.left(), w.right()), countPadding);
        }

        static Windows bins(Shape x, int p, int q) { return new Windows(Axis.bins(x.h(), p), Axis.bins(x.w(), q), false); }

        /** Elements of the largest window. */
        long largest() { return (long) rows.largest() * columns.largest(); }

        byte[] struct(Shape image, int width) {
            var struct = new Struct(BYTES).integer(image.n()).integer(image.c()).integer(width);
            rows.put(struct);
            columns.put(struct);
            return struct.integer(countPadding ? 1 : 0).toBytes();
        }
    }

    /** The windows along one axis; without taps they are bins. */
    private record Axis(int size, int windows, int taps, int stride, int dilation, int before, int after) {
        static Axis bins(int size, int bins) { return new Axis(size, bins, 0, 1, 1, 0, 0); }

        int largest() { return taps == 0 ? Math.ceilDiv(size, windows) : taps; }

        void put(Struct to) {
            to.integer(size).integer(windows).integer(taps).integer(stride).integer(dilation).integer(before).integer(after);
        }
    }
}
