package org.gabor.train;

import java.util.Map;

/** What a training tells while it runs. It is called on the training's own thread; an exception ends the training. */
public interface TrainingListener {
    /**
     * How far an epoch is.
     *
     * @param epoch number of the epoch, from 1
     * @param epochs epochs of the run
     * @param step steps made in this epoch
     * @param epochSteps steps of an epoch
     * @param loss mean loss of the epoch so far
     * @param acc1 accuracy of the epoch so far
     * @param imagesPerSecond training images a second in this epoch
     * @param dataWait share of the time spent on getting batches ready
     */
    record Progress(int epoch, int epochs, int step, int epochSteps, double loss, double acc1, double imagesPerSecond,
            double dataWait) {}

    /**
     * Everything is compiled and the first step is about to be made.
     *
     * @param config what was asked for and affects the result
     * @param trainImages images that are trained on
     * @param validationImages images that are held out to choose the best epoch
     * @param parameters number of trained weights
     */
    default void started(Map<String, Object> config, int trainImages, int validationImages, long parameters) {}

    /** Called about five times a second. */
    default void progress(Progress progress) {}

    /**
     * An epoch is over.
     *
     * @param metrics its figures
     * @param model copies of the model as it is now
     */
    default void epochDone(EpochMetrics metrics, Snapshot model) {}

    /** Makes copies of a model in training. */
    interface Snapshot {
        /** The model as it was evaluated: weights (their moving average, if there is one) and running statistics. */
        TrainedModel evaluated();

        /** All that is needed to go on: weights, running statistics, optimizer state. */
        TrainedModel resumable();
    }
}
