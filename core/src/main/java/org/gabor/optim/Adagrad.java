package org.gabor.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.gabor.graph.UpdateRule;

/**
 * Adagrad (Duchi et al. 2011): the gradient over the root of the sum of all its squares.
 *
 * @param learningRate lr
 * @param eps added to the root
 * @param weightDecay L2 penalty of weights and filters; biases and norms have none
 */
public record Adagrad(double learningRate, double eps, double weightDecay) implements Optimizer {
    public Adagrad {
        Limits.notNegative("adagrad", "learning rate", learningRate);
        Limits.positive("adagrad", "eps", eps);
        Limits.notNegative("adagrad", "weight decay", weightDecay);
    }

    /** Adagrad with an eps of 1e-10. */
    public static Adagrad lr(double lr) { return new Adagrad(lr, 1e-10, 0); }

    /** The same with another eps. */
    public Adagrad eps(double added) { return new Adagrad(learningRate, added, weightDecay); }

    @Override
    public Adagrad weightDecay(double decay) { return new Adagrad(learningRate, eps, decay); }

    @Override
    public Adagrad learningRate(double lr) { return new Adagrad(lr, eps, weightDecay); }

    @Override
    public UpdateRule rule() { return new UpdateRule.Adagrad(eps); }

    @Override
    public Map<String, Object> describe() {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("name", "adagrad");
        settings.put("lr", learningRate);
        settings.put("eps", eps);
        settings.put("weight_decay", weightDecay);
        return settings;
    }
}
