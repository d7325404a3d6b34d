package org.gabor.graph;

import java.util.List;

/**
 * Two-dimensional convolution (cross-correlation, as in every framework) and its gradients. With {@code groups} g, the
 * channels and filters fall into g groups, and a filter sees the channels of its own group only: filters are
 * [k, c / g, r, s]. g = c is a depthwise convolution. The transposed convolution is {@link Conv2dGradX}, used forward.
 */
public sealed interface Convolution extends Op {
    /** How the filter slides; its kernel size is that of the filter. */
    Window window();

    /** Number of groups. */
    int groups();

    /**
     * y[n,k,p,q] = sum over c, r, s of x[n, c0 + c, p strideH - top + r dilationH, q strideW - left + s dilationW]
     * w[k,c,r,s], x being zero outside and c0 the first channel of k's group. Inputs x [n,c,h,w] and w [k,c/g,r,s];
     * result [n,k,p,q]. LeCun et al. 1998; dilation: Yu and Koltun 2016; groups: Krizhevsky et al. 2012.
     */
    record Conv2d(Window window, int groups) implements Convolution {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape x = in.get(0).shape(), w = in.get(1).shape();
            check(x.rank() == 4, "the input must be n,c,h,w, got %s", x);
            checkFilter(this, w);
            check(x.c() == (long) w.c() * groups, "input %s has %d channels, filter %s with %d groups expects %d", x,
                    x.c(), w, groups, w.c() * groups);
            int p = window.p(x.h()), q = window.q(x.w());
            check(p >= 1 && q >= 1, "kernel %s does not fit into an image of %dx%d", window, x.h(), x.w());
            return in.get(0).with(Shape.of(x.n(), w.n(), p, q));
        }

        @Override
        public long macs(Node y) { return y.shape().size() * filter(y.in(1).shape()); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Node x = y.in(0), w = y.in(1);
            Graph g = y.graph();
            return List.of(new Gradient(0, g.add(new Conv2dGradX(window, groups, x.shape()), dy, w)),
                    new Gradient(1, g.add(new Conv2dGradW(window, groups), x, dy)));
        }
    }

    /**
     * Data gradient: dx[n,c,h,w] = sum over k and all (p, r) with p strideH - top + r dilationH = h, (q, s) likewise,
     * of
     * dy[n,k,p,q] w[k,c,r,s]. Inputs dy, w; result of shape {@code x}. The same sum is the transposed convolution of dy
     * (Zeiler et al. 2010).
     */
    record Conv2dGradX(Window window, int groups, Shape x) implements Convolution {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape dy = in.get(0).shape(), w = in.get(1).shape();
            checkFilter(this, w);
            check(x.c() == (long) w.c() * groups, "filter %s with %d groups gives %d channels, expected %d", w, groups,
                    w.c() * groups, x.c());
            int p = window.p(x.h()), q = window.q(x.w());
            check(p >= 1 && q >= 1, "kernel %s does not fit into an image of %dx%d", window, x.h(), x.w());
            Shape expected = Shape.of(x.n(), w.n(), p, q);
            check(dy.equals(expected), "dy is %s, expected %s", dy, expected);
            return in.get(0).with(x);
        }

        @Override
        public long macs(Node y) { return y.in(0).shape().size() * filter(y.in(1).shape()); }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) {
            Node dy = dx.in(0), w = dx.in(1);
            Graph g = dx.graph();
            return List.of(new Gradient(0, g.add(new Conv2d(window, groups), ddx, w)),
                    new Gradient(1, g.add(new Conv2dGradW(window, groups), ddx, dy)));
        }
    }

    /**
     * Filter gradient: dw[k,c,r,s] = sum over n, p, q of x[n, c0 + c, p strideH - top + r dilationH, q strideW - left +
     * s dilationW] dy[n,k,p,q]. Inputs x, dy; result [k,c/g,r,s].
     */
    record Conv2dGradW(Window window, int groups) implements Convolution {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape x = in.get(0).shape(), dy = in.get(1).shape();
            check(x.rank() == 4 && dy.rank() == 4, "x and dy must be images, got %s and %s", x, dy);
            check(x.c() % groups == 0 && dy.c() % groups == 0, "channels of %s and %s do not fall into %d groups", x,
                    dy, groups);
            Shape expected = Shape.of(x.n(), dy.c(), window.p(x.h()), window.q(x.w()));
            check(dy.equals(expected), "dy is %s, expected %s", dy, expected);
            return in.get(0).with(Shape.of(dy.c(), x.c() / groups, window.r(), window.s()));
        }

        @Override
        public long macs(Node y) { return y.in(1).shape().size() * filter(y.shape()); }

        @Override
        public List<Gradient> vjp(Node dw, Node ddw) {
            Node x = dw.in(0), dy = dw.in(1);
            Graph g = dw.graph();
            return List.of(new Gradient(0, g.add(new Conv2dGradX(window, groups, x.shape()), dy, ddw)),
                    new Gradient(1, g.add(new Conv2d(window, groups), x, ddw)));
        }
    }

    /** Multiplications for one output of a convolution with filters {@code w}. */
    private static long filter(Shape w) { return w.size() / w.n(); }

    private static void checkFilter(Convolution op, Shape w) {
        Window window = op.window();
        op.check(op.groups() >= 1, "groups must be at least 1, got %d", op.groups());
        op.check(!window.ceil(), "a convolution rounds its size down, got window %s", window);
        op.check(w.rank() == 4 && w.h() == window.r() && w.w() == window.s(), "the filter must be k,c,%d,%d, got %s",
                window.r(), window.s(), w);
        op.check(w.n() % op.groups() == 0, "%d filters do not fall into %d groups", w.n(), op.groups());
    }
}
