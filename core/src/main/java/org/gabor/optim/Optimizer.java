package org.gabor.optim;

import java.util.Map;
import org.gabor.graph.UpdateRule;

/** How gradients change weights. All weights are updated at once, as one slab; see {@link UpdateRule}. */
public sealed interface Optimizer permits Sgd, Adam, RmsProp, Adagrad {
    /** The learning rate that a schedule scales. */
    double learningRate();

    /** The same optimizer with another learning rate. */
    Optimizer learningRate(double lr);

    /** Weight decay of the parameters that take part in it (those of two and more dimensions). */
    double weightDecay();

    /** The same optimizer with another weight decay. */
    Optimizer weightDecay(double decay);

    /** What happens to one weight. */
    UpdateRule rule();

    /** Name and settings as they are recorded with a run. */
    Map<String, Object> describe();
}
