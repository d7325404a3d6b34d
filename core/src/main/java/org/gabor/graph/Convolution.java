package org.gabor.graph;

import java.util.List;

/** Two-dimensional convolution (cross-correlation, as in every framework) and its gradients. */
public sealed interface Convolution extends Op {
    /** How the filter slides; its kernel size is that of the filter. */
    Window window();

    /**
     * y[n,k,p,q] = sum over c, r, s of x[n, c, p strideH - top + r, q strideW - left + s] w[k,c,r,s], x being zero
     * outside. Inputs x [n,c,h,w] and w [k,c,r,s]; result [n,k,p,q]. LeCun et al. 1998.
     */
    record Conv2d(Window window) implements Convolution {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape x = in.get(0).shape(), w = in.get(1).shape();
            check(x.rank() == 4, "the input must be n,c,h,w, got %s", x);
            check(w.rank() == 4 && w.h() == window.r() && w.w() == window.s(), "the filter must be k,c,%d,%d, got %s",
                    window.r(), window.s(), w);
            check(x.c() == w.c(), "input %s has %d channels, filter %s expects %d", x, x.c(), w, w.c());
            int p = window.p(x.h()), q = window.q(x.w());
            check(p >= 1 && q >= 1, "kernel %s does not fit into an image of %dx%d", window, x.h(), x.w());
            return in.get(0).with(Shape.of(x.n(), w.n(), p, q));
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Node x = y.in(0), w = y.in(1);
            Graph g = y.graph();
            return List.of(new Gradient(0, g.add(new Conv2dGradX(window, x.shape()), dy, w)),
                    new Gradient(1, g.add(new Conv2dGradW(window), x, dy)));
        }
    }

    /**
     * Data gradient: dx[n,c,h,w] = sum over k and all (p, r) with p strideH - top + r = h, (q, s) likewise, of
     * dy[n,k,p,q] w[k,c,r,s]. Inputs dy, w; result of shape {@code x}.
     */
    record Conv2dGradX(Window window, Shape x) implements Convolution {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape dy = in.get(0).shape(), w = in.get(1).shape();
            Shape expected = Shape.of(x.n(), w.n(), window.p(x.h()), window.q(x.w()));
            check(dy.equals(expected), "dy is %s, expected %s", dy, expected);
            return in.get(0).with(x);
        }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) {
            Node dy = dx.in(0), w = dx.in(1);
            Graph g = dx.graph();
            return List.of(new Gradient(0, g.add(new Conv2d(window), ddx, w)),
                    new Gradient(1, g.add(new Conv2dGradW(window), ddx, dy)));
        }
    }

    /**
     * Filter gradient: dw[k,c,r,s] = sum over n, p, q of x[n, c, p strideH - top + r, q strideW - left + s]
     * dy[n,k,p,q]. Inputs x, dy; result [k,c,r,s].
     */
    record Conv2dGradW(Window window) implements Convolution {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape x = in.get(0).shape(), dy = in.get(1).shape();
            Shape expected = Shape.of(x.n(), dy.c(), window.p(x.h()), window.q(x.w()));
            check(dy.equals(expected), "dy is %s, expected %s", dy, expected);
            return in.get(0).with(Shape.of(dy.c(), x.c(), window.r(), window.s()));
        }

        @Override
        public List<Gradient> vjp(Node dw, Node ddw) {
            Node x = dw.in(0), dy = dw.in(1);
            Graph g = dw.graph();
            return List.of(new Gradient(0, g.add(new Conv2dGradX(window, x.shape()), dy, ddw)),
                    new Gradient(1, g.add(new Conv2d(window), x, ddw)));
        }
    }
}
