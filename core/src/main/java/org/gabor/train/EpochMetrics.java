package org.gabor.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one epoch came to. Validation figures are NaN without a validation part.
 *
 * @param epoch number of the epoch, from 1
 * @param step steps made so far
 * @param seconds wall time since training began
 * @param lr learning rate of the last step
 * @param trainLoss mean loss of the training batches
 * @param trainAcc1 share of training images that were right when they were seen
 * @param valLoss mean loss of the validation part
 * @param valAcc1 share of the validation part that is right
 * @param valAcc5 share of the validation part whose class is among the five highest scores
 * @param imagesPerSecond training images a second, validation left out
 * @param dataWait share of the training time spent on getting batches ready
 * @param best whether this is the best epoch so far
 */
public record EpochMetrics(int epoch, long step, double seconds, double lr, double trainLoss, double trainAcc1,
        double valLoss,
        double valAcc1, double valAcc5, double imagesPerSecond, double dataWait, boolean best) {
    /** The figures under their names in files; those that are NaN are left out. */
    public Map<String, Object> byName() {
        var m = new LinkedHashMap<String, Object>();
        m.put("epoch", epoch);
        m.put("step", step);
        m.put("seconds", seconds);
        m.put("lr", lr);
        m.put("train/loss", trainLoss);
        m.put("train/acc1", trainAcc1);
        m.put("val/loss", valLoss);
        m.put("val/acc1", valAcc1);
        m.put("val/acc5", valAcc5);
        m.put("img_s", imagesPerSecond);
        m.put("data_wait", dataWait);
        m.values().removeIf(v -> v instanceof Double d && d.isNaN());
        return m;
    }
}
