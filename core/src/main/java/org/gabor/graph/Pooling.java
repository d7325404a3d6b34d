package org.gabor.graph;

import java.util.List;

/** Reductions over sliding windows, channel by channel. Global pooling is a window as large as the image. */
public sealed interface Pooling extends Op {
    /** How the window slides. */
    Window window();

    /** The shape rule of both poolings. */
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
        return in.get(0).with(Shape.of(x.n(), x.c(), p, q));
    }

    /** The shape rule of both gradients: {@code dy} must be the pooled {@code x}. */
    private static void checkGradient(Op op, Window window, Shape x, Shape dy) {
        Shape expected = Shape.of(x.n(), x.c(), window.p(x.h()), window.q(x.w()));
        op.check(dy.equals(expected), "dy is %s, expected %s", dy, expected);
    }

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
            checkGradient(this, window, in.get(0).shape(), in.get(1).shape());
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) { return List.of(); }
    }

    /** y[n,c,p,q] = sum of the window / (r s): padding counts as zeros. */
    record MeanPool(Window window) implements Pooling {
        @Override
        public TensorType infer(List<TensorType> in) { return pooled(this, window, in); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new MeanPoolGrad(window, y.in(0).shape()), dy)));
        }
    }

    /**
     * Gradient of mean pooling: dx[n,c,h,w] = sum of dy / (r s) over the windows that cover (h, w). Input dy; result of
     * shape {@code x}.
     */
    record MeanPoolGrad(Window window, Shape x) implements Pooling {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            checkGradient(this, window, x, in.get(0).shape());
            return in.get(0).with(x);
        }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) {
            return List.of(new Gradient(0, ddx.meanPool(window)));
        }
    }
}
