package org.gabor.nn;

import org.gabor.UsageException;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Update;

/**
 * Batch normalisation: y = gamma (x - mean) / sqrt(variance + eps) + beta, channel by channel. Training takes mean and
 * (biased) variance of the batch and folds them into the running statistics, evaluation takes those: running = (1 -
 * momentum) running + momentum batch, the variance unbiased, as in PyTorch. Parameters {@code gamma} [c], {@code beta}
 * [c] and {@code running} [2,c] (mean, variance). Ioffe and Szegedy 2015.
 *
 * @param momentum share of the new batch in the running statistics
 * @param eps added to the variance
 */
public record BatchNorm(@Default("0.1") double momentum, @Default("1e-5") double eps) implements Layer {
    public BatchNorm {
        if (!(momentum > 0 && momentum <= 1))
            throw new UsageException("batch_norm: momentum must be above 0 and at most 1, got " + momentum);
        if (!(eps > 0)) throw new UsageException("batch_norm: eps must be above 0, got " + eps);
    }

    /** Momentum 0.1 and eps 1e-5. */
    public BatchNorm() {
        this(0.1, 1e-5);
    }

    @Override
    public Node apply(Scope scope, Node x) {
        int c = x.shape().c();
        Node gamma = scope.parameter("gamma", Init.ONE, c), beta = scope.parameter("beta", Init.ZERO, c);
        Node running = scope.statistic("running", Init.MEAN0_VARIANCE1, 2, c);
        if (!scope.training()) return x.graph().add(new Normalization.BatchNorm(eps), x, running, gamma, beta);

        Node stats = x.graph().add(new Normalization.BnStats(), x);
        long count = x.shape().size() / c;
        scope.update(guard -> x.graph().add(new Update.RunningUpdate(momentum, count), running, stats, guard));
        return x.graph().add(new Normalization.BatchNorm(eps), x, stats, gamma, beta);
    }
}
