package org.gabor.train;

import java.util.Arrays;
import java.util.List;
import org.gabor.Suggest;
import org.gabor.UsageException;

/** The figure that tells which epoch is the best, and when there is no more to gain. */
public enum Monitor {
    /** Accuracy of the validation part: more is better; of equal ones, the lower loss is. */
    VAL_ACC1("val/acc1"),
    /** Mean loss of the validation part: less is better. */
    VAL_LOSS("val/loss"),
    /** Accuracy of the training batches as they were seen: more is better; of equal ones, the lower loss is. */
    TRAIN_ACC1("train/acc1"),
    /** Mean loss of the training batches: less is better. */
    TRAIN_LOSS("train/loss");

    private final String label;

    Monitor(String label) {
        this.label = label;
    }

    /** Its name among the metrics of a run. */
    public String label() { return label; }

    /**
     * The one that is called so among the metrics of a run.
     *
     * @throws UsageException if there is none
     */
    public static Monitor named(String name) {
        return Arrays.stream(values()).filter(m -> m.label.equals(name)).findFirst()
                .orElseThrow(() -> new UsageException(Suggest.unknown("monitor", name, names())));
    }

    /** All names. */
    public static List<String> names() { return Arrays.stream(values()).map(Monitor::label).toList(); }

    /** True if it can only be watched with a validation part. */
    boolean needsValidation() { return this == VAL_ACC1 || this == VAL_LOSS; }

    /** True if {@code a} is better than {@code b}. */
    boolean prefers(EpochMetrics a, EpochMetrics b) {
        return switch (this) {
            case VAL_ACC1 -> higher(a.valAcc1(), b.valAcc1(), a.valLoss(), b.valLoss());
            case VAL_LOSS -> a.valLoss() < b.valLoss();
            case TRAIN_ACC1 -> higher(a.trainAcc1(), b.trainAcc1(), a.trainLoss(), b.trainLoss());
            case TRAIN_LOSS -> a.trainLoss() < b.trainLoss();
        };
    }

    private static boolean higher(double a, double b, double lossA, double lossB) {
        return a > b || (a == b && lossA < lossB);
    }
}
