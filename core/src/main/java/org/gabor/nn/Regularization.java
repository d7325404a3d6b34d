package org.gabor.nn;

import org.gabor.UsageException;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Pointwise;
import org.gabor.random.Stream;

/** Layers that keep a network from fitting noise. */
public final class Regularization {
    private Regularization() {}

    /**
     * In training, each value is dropped with probability {@code rate} and the others are scaled by 1 / (1 - rate); in
     * evaluation nothing happens (Srivastava et al. 2014). The choice is a pure function of seed, step, epoch and the
     * layer's path.
     */
    public record Dropout(@Default("0.5") double rate) implements Layer {
        public Dropout {
            if (!(rate >= 0 && rate < 1)) throw new UsageException("dropout: rate must be in [0, 1), got " + rate);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            if (!scope.training() || rate == 0) return x;
            var dropout = new Pointwise.Dropout(rate, Stream.id(scope.path()));
            return x.graph().add(dropout, x, scope.seed(), scope.step(), scope.epoch());
        }
    }

    /**
     * Local response normalisation over {@code size} neighbouring channels: x / (k + alpha / size sum of squares)^beta
     * (Krizhevsky et al. 2012; alpha is divided by size as in PyTorch).
     */
    public record Lrn(@Default("5") int size, @Default("1e-4") double alpha, @Default("0.75") double beta,
            @Default("1") double k) implements Layer {
        public Lrn {
            Checks.atLeast("lrn", "size", size, 1);
            if (!(k > 0)) throw new UsageException("lrn: k must be above 0, got " + k);
            if (!(alpha >= 0)) throw new UsageException("lrn: alpha must be 0 or more, got " + alpha);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("lrn", x);
            return x.graph().add(new Normalization.Lrn(size, alpha, beta, k), x);
        }
    }
}
