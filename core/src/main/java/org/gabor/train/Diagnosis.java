package org.gabor.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gabor.optim.Slab;

/**
 * How one parameter fares in one step.
 *
 * @param parameter its name
 * @param weight L2 norm of its weights before the step
 * @param gradient L2 norm of its gradient, as the optimizer gets it
 * @param update L2 norm of what the step adds to the weights
 */
public record Diagnosis(String parameter, double weight, double gradient, double update) {
    /** Size of the step in terms of the weights; about 1e-3 is usual. */
    public double ratio() { return update / weight; }

    /** The figures under their names in files. */
    public Map<String, Object> byName() {
        var m = new LinkedHashMap<String, Object>();
        m.put("parameter", parameter);
        m.put("weight_norm", weight);
        m.put("gradient_norm", gradient);
        m.put("update_norm", update);
        return m;
    }

    /** All parameters of a slab, from the slab's weights before and after a step. */
    static List<Diagnosis> of(Slab slab, float[] before, float[] gradients, float[] after) {
        var all = new ArrayList<Diagnosis>();
        slab.slots().forEach((name, slot) -> {
            double weight = 0, gradient = 0, update = 0;
            for (int i = slot.offset(); i < slot.offset() + slot.shape().size(); i++) {
                double change = (double) after[i] - before[i];
                weight += (double) before[i] * before[i];
                gradient += (double) gradients[i] * gradients[i];
                update += change * change;
            }
            all.add(new Diagnosis(name, Math.sqrt(weight), Math.sqrt(gradient), Math.sqrt(update)));
        });
        return all;
    }
}
