package org.gabor.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * Batch normalisation (Ioffe and Szegedy 2015) in parts of one result each. Statistics are a [2,c] value: the mean in
 * row 0, the biased variance in row 1. With m = n h w, xhat = (x - mean) / sqrt(var + eps).
 */
public sealed interface Normalization extends Op {

    /**
     * stats[0,c] = mean of x[:,c], stats[1,c] = mean of (x[:,c] - stats[0,c])^2. Input [n,c,h,w] or [n,c]; result
     * [2,c].
     */
    record BnStats() implements Normalization {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape x = in.get(0).shape();
            check(x.rank() >= 2, "the input must be n,c,..., got %s", x);
            check(x.n() * x.plane() > 1, "more than one value a channel is needed, got %s; use a larger batch", x);
            return TensorType.f32(2, x.c());
        }

        /** None: {@link BatchNorm} accounts for the path through the statistics of its own input. */
        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /**
     * y = gamma[c] (x - stats[0,c]) / sqrt(stats[1,c] + eps) + beta[c]. Inputs x, stats [2,c], gamma [c], beta [c].
     * Given the batch's own {@link BnStats} its gradient includes the path through them; given running statistics they
     * are constants.
     */
    record BatchNorm(double eps) implements Normalization {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 4);
            Shape x = in.get(0).shape();
            check(x.rank() >= 2, "the input must be n,c,..., got %s", x);
            checkChannels(this, x, in.get(1).shape(), in.get(2).shape());
            check(in.get(3).equals(in.get(2)), "gamma is %s, beta is %s", in.get(2), in.get(3));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Graph g = y.graph();
            Node x = y.in(0), stats = y.in(1), gamma = y.in(2);
            boolean batch = stats.op() instanceof BnStats && stats.in(0).equals(x);
            Node sums = g.add(new BnGradSums(eps), x, stats, dy);
            var gradients = new ArrayList<Gradient>();
            gradients.add(new Gradient(0, g.add(new BnGradX(eps, batch), x, stats, gamma, dy, sums)));
            gradients.add(new Gradient(2, row(sums, 1)));
            gradients.add(new Gradient(3, row(sums, 0)));
            return gradients;
        }

        private static Node row(Node sums, int row) {
            int c = sums.shape().dim(1);
            Node slice = sums.graph().add(Movement.Slice.of(new int[] {row, 0}, new int[] {row + 1, c}), sums);
            return slice.reshape(Shape.of(c));
        }
    }

    /**
     * sums[0,c] = sum of dy[:,c] (the gradient of beta), sums[1,c] = sum of dy xhat (the gradient of gamma). Inputs x,
     * stats, dy.
     */
    record BnGradSums(double eps) implements Normalization {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 3);
            check(in.get(0).equals(in.get(2)), "x is %s, dy is %s", in.get(0), in.get(2));
            check(in.get(1).shape().equals(Shape.of(2, in.get(0).shape().c())), "stats are %s for an input of %s",
                    in.get(1), in.get(0));
            return in.get(1);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /**
     * With batch statistics dx = gamma / sqrt(var + eps) (dy - (sums[0] + xhat sums[1]) / m); with running ones
     * ({@code batch} false) dx = gamma / sqrt(var + eps) dy. Inputs x, stats, gamma, dy, sums.
     */
    record BnGradX(double eps, boolean batch) implements Normalization {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 5);
            check(in.get(0).equals(in.get(3)), "x is %s, dy is %s", in.get(0), in.get(3));
            checkChannels(this, in.get(0).shape(), in.get(1).shape(), in.get(2).shape());
            check(in.get(4).equals(in.get(1)), "stats are %s, sums are %s", in.get(1), in.get(4));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /**
     * Local response normalisation over channels: y[c] = x[c] / d[c]^beta with d[c] = k + alpha / size times the sum of
     * x[j]^2 for j in c - size / 2 ... c + (size - 1) / 2 (integer division), as far as there are channels (Krizhevsky
     * et
     * al. 2012; alpha is divided by size as in PyTorch). Input [n,c,h,w].
     */
    record Lrn(int size, double alpha, double beta, double k) implements Normalization {
        public Lrn {
            if (size < 1) throw new ShapeException("lrn: the size must be at least 1, got " + size);
        }

        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            check(in.get(0).shape().rank() == 4, "the input must be n,c,h,w, got %s", in.get(0));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new LrnGrad(this), y.in(0), dy)));
        }
    }

    /**
     * dx[c] = dy[c] / d[c]^beta - 2 alpha beta / size x[c] times the sum of dy[j] x[j] / d[j]^(beta + 1) over the j
     * whose
     * window holds c: c - (size - 1) / 2 ... c + size / 2. Inputs x, dy.
     */
    record LrnGrad(Lrn of) implements Normalization {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            check(in.get(0).equals(in.get(1)), "x is %s, dy is %s", in.get(0), in.get(1));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    private static void checkChannels(Op op, Shape x, Shape stats, Shape gamma) {
        op.check(stats.equals(Shape.of(2, x.c())) && gamma.equals(Shape.of(x.c())),
                "statistics %s and gamma %s do not fit an input of %s", stats, gamma, x);
    }
}
