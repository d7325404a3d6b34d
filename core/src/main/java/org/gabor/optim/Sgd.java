package org.gabor.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.gabor.UsageException;
import org.gabor.graph.UpdateRule;

/**
 * Stochastic gradient descent: g' = g + weightDecay w; v = momentum v + g'; w = w - lr (lookAhead ? g' + momentum v :
 * v). Polyak 1964; Sutskever et al. 2013; the same as PyTorch's.
 *
 * @param learningRate lr
 * @param momentum share of the old velocity, 0 for none
 * @param lookAhead whether to look ahead
 * @param weightDecay L2 penalty of weights and filters; biases and norms have none
 */
public record Sgd(double learningRate, double momentum, boolean lookAhead, double weightDecay) implements Optimizer {
    public Sgd {
        if (!(learningRate >= 0 && learningRate < Double.POSITIVE_INFINITY))
            throw new UsageException("sgd: learning rate must be 0 or more, got " + learningRate);
        if (!(momentum >= 0 && momentum < 1))
            throw new UsageException("sgd: momentum must be in [0, 1), got " + momentum);
        if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY))
            throw new UsageException("sgd: weight decay must be 0 or more, got " + weightDecay);
        if (lookAhead && momentum == 0) throw new UsageException("sgd: nesterov wants a momentum above 0");
    }

    /** Plain gradient descent with a learning rate. */
    public static Sgd lr(double lr) { return new Sgd(lr, 0, false, 0); }

    /** The same with momentum. */
    public Sgd momentum(double share) { return new Sgd(learningRate, share, lookAhead, weightDecay); }

    /** The same with Nesterov's look-ahead. */
    public Sgd nesterov() { return new Sgd(learningRate, momentum, true, weightDecay); }

    /** The same with weight decay. */
    public Sgd weightDecay(double decay) { return new Sgd(learningRate, momentum, lookAhead, decay); }

    @Override
    public Sgd learningRate(double lr) { return new Sgd(lr, momentum, lookAhead, weightDecay); }

    @Override
    public UpdateRule rule() { return new UpdateRule.Sgd(momentum, 0, lookAhead); }

    @Override
    public Map<String, Object> describe() {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("name", lookAhead ? "nesterov" : "sgd");
        settings.put("lr", learningRate);
        settings.put("momentum", momentum);
        settings.put("weight_decay", weightDecay);
        return settings;
    }
}
