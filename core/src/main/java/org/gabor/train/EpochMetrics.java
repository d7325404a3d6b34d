package org.gabor.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gabor.io.Json;

/**
 * What one epoch came to. Validation figures are NaN without a validation part; a figure that is not known is NaN.
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
 * @param memory MiB of the device's memory that were in use
 * @param best whether this is the best epoch so far
 */
public record EpochMetrics(int epoch, long step, double seconds, double lr, double trainLoss, double trainAcc1,
        double valLoss, double valAcc1, double valAcc5, double imagesPerSecond, double dataWait, double memory,
        boolean best) {
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
        m.put("device_mem_mib", memory);
        m.values().removeIf(v -> v instanceof Double d && d.isNaN());
        return m;
    }

    /** The same, as the best epoch so far. */
    EpochMetrics asBest() {
        return new EpochMetrics(epoch, step, seconds, lr, trainLoss, trainAcc1, valLoss, valAcc1, valAcc5, imagesPerSecond,
                dataWait, memory, true);
    }

    /** What does not depend on the clock or the machine: the same training gives the same. */
    Map<String, Object> reproducible() {
        Map<String, Object> m = byName();
        m.keySet().removeAll(List.of("seconds", "img_s", "data_wait", "device_mem_mib"));
        m.put("best", best);
        return m;
    }

    /** Reads what {@link #reproducible} gave. */
    static EpochMetrics fromJson(Json.Obj m) {
        return new EpochMetrics((int) number(m, "epoch"), (long) number(m, "step"), number(m, "seconds"), number(m, "lr"),
                number(m, "train/loss"), number(m, "train/acc1"), number(m, "val/loss"), number(m, "val/acc1"),
                number(m, "val/acc5"), number(m, "img_s"), number(m, "data_wait"), number(m, "device_mem_mib"),
                m.get("best").map(b -> b.bool("best")).orElse(false));
    }

    private static double number(Json.Obj m, String name) {
        return m.get(name).map(v -> v.number(name)).orElse(Double.NaN);
    }
}
