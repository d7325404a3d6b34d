package org.gabor.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.gabor.graph.UpdateRule;

/**
 * Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019): steps of the mean gradient over the root of the
 * mean
 * square, both moving averages freed of their bias. The formulas stand with {@link UpdateRule.Adam}.
 *
 * @param learningRate lr
 * @param beta1 share of the old mean
 * @param beta2 share of the old mean square
 * @param eps added to the root
 * @param weightDecay L2 penalty (Adam), or what weights lose a step in units of lr (AdamW); biases and norms have none
 * @param decoupled whether it is AdamW
 */
public record Adam(double learningRate, double beta1, double beta2, double eps, double weightDecay, boolean decoupled)
        implements Optimizer {
    public Adam {
        String name = decoupled ? "adamw" : "adam";
        Limits.notNegative(name, "learning rate", learningRate);
        Limits.share(name, "beta1", beta1);
        Limits.share(name, "beta2", beta2);
        Limits.positive(name, "eps", eps);
        Limits.notNegative(name, "weight decay", weightDecay);
    }

    /** Adam with betas of 0.9 and 0.999. */
    public static Adam lr(double lr) { return new Adam(lr, 0.9, 0.999, 1e-8, 0, false); }

    /** AdamW with betas of 0.9 and 0.999 and a weight decay of 0.01. */
    public static Adam decoupled(double lr) { return new Adam(lr, 0.9, 0.999, 1e-8, 0.01, true); }

    /** The same with other averages. */
    public Adam betas(double first, double second) {
        return new Adam(learningRate, first, second, eps, weightDecay, decoupled);
    }

    /** The same with another eps. */
    public Adam eps(double added) { return new Adam(learningRate, beta1, beta2, added, weightDecay, decoupled); }

    @Override
    public Adam weightDecay(double decay) { return new Adam(learningRate, beta1, beta2, eps, decay, decoupled); }

    @Override
    public Adam learningRate(double lr) { return new Adam(lr, beta1, beta2, eps, weightDecay, decoupled); }

    @Override
    public UpdateRule rule() { return new UpdateRule.Adam(beta1, beta2, eps, decoupled); }

    @Override
    public Map<String, Object> describe() {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("name", decoupled ? "adamw" : "adam");
        settings.put("lr", learningRate);
        settings.put("beta1", beta1);
        settings.put("beta2", beta2);
        settings.put("eps", eps);
        settings.put("weight_decay", weightDecay);
        return settings;
    }
}
