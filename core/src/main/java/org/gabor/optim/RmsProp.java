package org.gabor.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.gabor.graph.UpdateRule;

/**
 * RMSProp (Tieleman and Hinton 2012): the gradient over the root of its mean square. The formulas stand with
 * {@link UpdateRule.RmsProp}.
 *
 * @param learningRate lr
 * @param alpha share of the old mean square
 * @param eps added to the root
 * @param momentum share of the old step, 0 for none
 * @param centred whether the mean square is taken about the mean (Graves 2013)
 * @param weightDecay L2 penalty of weights and filters; biases and norms have none
 */
public record RmsProp(double learningRate, double alpha, double eps, double momentum, boolean centred,
        double weightDecay)
        implements Optimizer {
    public RmsProp {
        Limits.notNegative("rmsprop", "learning rate", learningRate);
        Limits.share("rmsprop", "alpha", alpha);
        Limits.positive("rmsprop", "eps", eps);
        Limits.share("rmsprop", "momentum", momentum);
        Limits.notNegative("rmsprop", "weight decay", weightDecay);
    }

    /** RMSProp with alpha 0.99. */
    public static RmsProp lr(double lr) { return new RmsProp(lr, 0.99, 1e-8, 0, false, 0); }

    /** The same with another average. */
    public RmsProp alpha(double share) { return new RmsProp(learningRate, share, eps, momentum, centred, weightDecay); }

    /** The same with another eps. */
    public RmsProp eps(double added) { return new RmsProp(learningRate, alpha, added, momentum, centred, weightDecay); }

    /** The same with momentum. */
    public RmsProp momentum(double share) { return new RmsProp(learningRate, alpha, eps, share, centred, weightDecay); }

    /** The same with the mean square taken about the mean. */
    public RmsProp centredAboutTheMean() { return new RmsProp(learningRate, alpha, eps, momentum, true, weightDecay); }

    @Override
    public RmsProp weightDecay(double decay) { return new RmsProp(learningRate, alpha, eps, momentum, centred, decay); }

    @Override
    public RmsProp learningRate(double lr) { return new RmsProp(lr, alpha, eps, momentum, centred, weightDecay); }

    @Override
    public UpdateRule rule() { return new UpdateRule.RmsProp(alpha, eps, momentum, centred); }

    @Override
    public Map<String, Object> describe() {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("name", "rmsprop");
        settings.put("lr", learningRate);
        settings.put("alpha", alpha);
        settings.put("eps", eps);
        settings.put("momentum", momentum);
        settings.put("centred", centred);
        settings.put("weight_decay", weightDecay);
        return settings;
    }
}
