package org.gabor.graph;

import java.util.List;
import java.util.stream.IntStream;

/** Reductions over windows, channel by channel. Global pooling is a window as large as the image. */
public sealed interface Pooling extends Op {

    /** y[n,c,p,q] = the largest x of the window; padding is never chosen; a NaN in the window is the result. */
    record MaxPool(Window window) implements Pooling {
        @Override
        public TensorType infer(List<TensorType> in) { return pooled(this, window, in); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new MaxPoolGrad(window), y.in(0), dy)));
        }
    }

    /**
     * Gradient of max pooling: each dy[n,c,p,q] goes to the largest x of its window, the first in row order if several
     * are equal, and sums up where windows overlap. Inputs x, dy; result like x.
     */
    record MaxPoolGrad(Window window) implements Pooling {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape x = in.get(0).shape();
            checkGradient(this, Shape.of(x.n(), x.c(), window.p(x.h()), window.q(x.w())), in.get(1).shape());
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) { return List.of(); }
    }

    /**
     * y[n,c,p,q] = sum of the window / d. With {@code countPadding} d is the number of rows times the number of columns
     * that the window has inside of image and padding (r s, but for windows that ceil mode lets reach beyond); without,
     * it
     * is those inside of the image. Means have no dilation.
     */
    record MeanPool(Window window, boolean countPadding) implements Pooling {
        @Override
        public TensorType infer(List<TensorType> in) {
            checkDense(this, window);
            return pooled(this, window, in);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new MeanPoolGrad(window, countPadding, y.in(0).shape()), dy)));
        }
    }

    /**
     * Gradient of mean pooling: dx[n,c,h,w] = sum of dy / d over the windows that cover (h, w). Input dy; result of
     * shape
     * {@code x}.
     */
    record MeanPoolGrad(Window window, boolean countPadding, Shape x) implements Pooling {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            checkDense(this, window);
            checkGradient(this, Shape.of(x.n(), x.c(), window.p(x.h()), window.q(x.w())), in.get(0).shape());
            return in.get(0).with(x);
        }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) {
            return List.of(new Gradient(0, dx.graph().add(new MeanPool(window, countPadding), ddx)));
        }
    }

    /**
     * Pooling to p x q whatever the image's size: output row i takes the rows floor(i h / p) ... ceil((i + 1) h / p) -
     * 1,
     * columns likewise, and their largest value or their mean. As in PyTorch.
     */
    record AdaptivePool(Kind kind, int p, int q) implements Pooling {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape x = in.get(0).shape();
            check(x.rank() == 4, "the input must be n,c,h,w, got %s", x);
            check(p >= 1 && q >= 1, "the output must be at least 1x1, got %dx%d", p, q);
            return in.get(0).with(Shape.of(x.n(), x.c(), p, q));
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new AdaptivePoolGrad(kind), y.in(0), dy)));
        }
    }

    /** Gradient of {@link AdaptivePool}, shared out as by {@link MaxPoolGrad} or {@link MeanPoolGrad}. Inputs x, dy. */
    record AdaptivePoolGrad(Kind kind) implements Pooling {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape x = in.get(0).shape(), dy = in.get(1).shape();
            check(x.rank() == 4 && dy.rank() == 4 && x.n() == dy.n() && x.c() == dy.c(), "x is %s, dy is %s", x, dy);
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) { return List.of(); }
    }

    /** What a pooling takes of its window. */
    enum Kind {
        MAX, MEAN
    }

    /** First row (or column) of bin {@code i} of {@code bins} over {@code size}: floor(i size / bins). */
    static int binStart(int i, int size, int bins) { return (int) ((long) i * size / bins); }

    /** The row (or column) after the last one of bin {@code i}: ceil((i + 1) size / bins). */
    static int binEnd(int i, int size, int bins) { return (int) Math.ceilDiv((i + 1L) * size, (long) bins); }

    private static TensorType pooled(Op op, Window window, List<TensorType> in) {
        op.arity(in, 1);
        Shape x = in.get(0).shape();
        op.check(x.rank() == 4, "the input must be n,c,h,w, got %s", x);
        int p = window.p(x.h()), q = window.q(x.w());
        op.check(p >= 1 && q >= 1, "window %s does not fit into an image of %dx%d", window, x.h(), x.w());
        // as in PyTorch: with more padding a window could lie in the padding alone
        op.check(2 * Math.max(window.top(), window.bottom()) <= window.r()
                && 2 * Math.max(window.left(), window.right()) <= window.s(),
                "padding of window %s must be at most half the window", window);
        op.check(meets(p, window.strideH(), window.top(), window.r(), window.dilationH(), x.h())
                && meets(q, window.strideW(), window.left(), window.s(), window.dilationW(), x.w()),
                "taps of window %s are so far apart that some meet nothing of an image of %dx%d", window, x.h(), x.w());
        return in.get(0).with(Shape.of(x.n(), x.c(), p, q));
    }

    /** Whether every window has a tap inside of the image, along one axis. */
    private static boolean meets(int windows, int stride, int padding, int taps, int dilation, int size) {
        return IntStream.range(0, windows).map(i -> i * stride - padding).allMatch(
                start -> IntStream.range(0, taps).map(t -> start + t * dilation).anyMatch(at -> 0 <= at && at < size));
    }

    private static void checkDense(Op op, Window window) {
        op.check(window.dilationH() == 1 && window.dilationW() == 1, "a mean has no dilation, got window %s", window);
    }

    private static void checkGradient(Op op, Shape expected, Shape dy) {
        op.check(dy.equals(expected), "dy is %s, expected %s", dy, expected);
    }
}
