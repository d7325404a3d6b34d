package org.gabor.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.gabor.UsageException;
import org.gabor.graph.Criterion;
import org.gabor.optim.Criteria;
import org.gabor.optim.Optimizer;

/**
 * What a step makes of scores and labels: the loss, what is done to its gradients, and how they change the weights.
 *
 * @param optimizer how gradients change weights
 * @param criterion the loss
 * @param clipNorm the largest L2 norm of all gradients together; 0 for no limit
 * @param clipValue the largest size of a gradient; 0 for no limit
 * @param average share of the old value in the moving average of the weights that is evaluated and saved; 0 for none
 */
public record LearningRule(Optimizer optimizer, Criterion criterion, double clipNorm, double clipValue,
        double average) {
    public LearningRule {
        if (!(clipNorm >= 0 && clipValue >= 0))
            throw new UsageException("limits of gradients must be 0 or more, got " + clipNorm + " and " + clipValue);
        if (!(average >= 0 && average < 1))
            throw new UsageException("the share of the moving average must be in [0, 1), got " + average);
    }

    /** Softmax cross-entropy, no limits, no average. */
    public static LearningRule of(Optimizer optimizer) {
        return new LearningRule(optimizer, new Criterion.CrossEntropy(), 0, 0, 0);
    }

    /** The same with another loss. */
    public LearningRule criterion(Criterion loss) {
        return new LearningRule(optimizer, loss, clipNorm, clipValue, average);
    }

    /** The same with a limit to the norm of the gradients. */
    public LearningRule clipNorm(double limit) {
        return new LearningRule(optimizer, criterion, limit, clipValue, average);
    }

    /** The same with a limit to each gradient. */
    public LearningRule clipValue(double limit) {
        return new LearningRule(optimizer, criterion, clipNorm, limit, average);
    }

    /** The same with a moving average of the weights. */
    public LearningRule average(double share) {
        return new LearningRule(optimizer, criterion, clipNorm, clipValue, share);
    }

    /** The same with another optimizer. */
    LearningRule optimizer(Optimizer rule) { return new LearningRule(rule, criterion, clipNorm, clipValue, average); }

    /** The settings as they are recorded with a run; what is off is left out. */
    Map<String, Object> describe() {
        var c = new LinkedHashMap<String, Object>();
        c.put("optimizer", optimizer.describe());
        c.put("loss", Criteria.toJson(criterion));
        if (clipNorm > 0) c.put("clip_norm", clipNorm);
        if (clipValue > 0) c.put("clip_value", clipValue);
        if (average > 0) c.put("ema", average);
        return c;
    }
}
