package org.gabor.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.gabor.UsageException;
import org.gabor.graph.UpdateRule;

/**
 * Stochastic gradient descent: g' = g + weightDecay w; v = momentum v + (1 - dampening) g'; w = w - lr (lookAhead ? g'
 * +
 * momentum v : v). Polyak 1964; Sutskever et al. 2013; the same as PyTorch's.
 *
 * @param learningRate lr
 * @param momentum share of the old velocity, 0 for none
 * @param dampening share of the gradient that does not enter the velocity
 * @param lookAhead Nesterov's momentum
 * @param weightDecay L2 penalty of weights and filters; biases and norms have none
 */
public record Sgd(double learningRate, double momentum, double dampening, boolean lookAhead, double weightDecay)
        implements Optimizer {
    public Sgd {
        Limits.notNegative("sgd", "learning rate", learningRate);
        Limits.share("sgd", "momentum", momentum);
        Limits.share("sgd", "dampening", dampening);
        Limits.notNegative("sgd", "weight decay", weightDecay);
        if (lookAhead && (momentum == 0 || dampening != 0))
            throw new UsageException(
                    "nesterov wants a momentum above 0 and no dampening, got " + momentum + " and " + dampening);
    }

    /** Plain gradient descent with a learning rate. */
    public static Sgd lr(double lr) { return new Sgd(lr, 0, 0, false, 0); }

    /** The same with momentum. */
    public Sgd momentum(double share) { return new Sgd(learningRate, share, dampening, lookAhead, weightDecay); }

    /** The same with dampening. */
    public Sgd dampening(double share) { return new Sgd(learningRate, momentum, share, lookAhead, weightDecay); }

    /** The same with Nesterov's look-ahead. */
    public Sgd nesterov() { return new Sgd(learningRate, momentum, dampening, true, weightDecay); }

    @Override
    public Sgd weightDecay(double decay) { return new Sgd(learningRate, momentum, dampening, lookAhead, decay); }

    @Override
    public Sgd learningRate(double lr) { return new Sgd(lr, momentum, dampening, lookAhead, weightDecay); }

    @Override
    public UpdateRule rule() { return new UpdateRule.Sgd(momentum, dampening, lookAhead); }

    @Override
    public Map<String, Object> describe() {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("name", lookAhead ? "nesterov" : "sgd");
        settings.put("lr", learningRate);
        settings.put("momentum", momentum);
        if (dampening != 0) settings.put("dampening", dampening);
        settings.put("weight_decay", weightDecay);
        return settings;
    }
}
