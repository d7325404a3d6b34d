package org.gabor.train;

import java.util.List;
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
     * What is about to be trained.
     *
     * @param config what was asked for and affects the result
     * @param trainImages images that are trained on
     * @param validationImages images that are held out to choose the best epoch
     * @param parameters number of trained weights
     * @param epochs epochs of the run
     * @param epochSteps steps of an epoch
     * @param step steps that were made before, if the training goes on
     * @param algorithms what the last digits depend on besides, see {@link org.gabor.spi.Executable#algorithms}
     * @param changes what of that is not as it was in the part before of a deterministic training, a sentence each
     */
    record Start(Map<String, Object> config, int trainImages, int validationImages, long parameters, int epochs,
            int epochSteps, long step, Map<String, String> algorithms, List<String> changes) {}

    /** Everything is compiled and the first step is about to be made. */
    default void started(Start start) {}

    /** Called about five times a second. */
    default void progress(Progress progress) {}

    /**
     * An epoch is over.
     *
     * @param metrics its figures
     * @param model copies of the model as it is now
     */
    default void epochDone(EpochMetrics metrics, Snapshot model) {}

    /**
     * How every parameter fared in the last step of an epoch, if {@link Trainer#diagnose} asks for it.
     *
     * @param epoch number of the epoch, from 1
     * @param step steps made so far
     */
    default void diagnosed(int epoch, long step, List<Diagnosis> parameters) {}

    /**
     * It is time to save what is needed to go on: before the first step, now and then ({@link Trainer#saveEvery}), after
     * every epoch, and when the training ends before its time.
     *
     * @param model copies of the model as it is now
     */
    default void checkpoint(Snapshot model) {}

    /**
     * The training is over.
     *
     * @param run what came out of it
     */
    default void ended(TrainingRun run) {}

    /** Makes copies of a model in training. */
    interface Snapshot {
        /** The model as it was evaluated: weights (their moving average, if there is one) and running statistics. */
        TrainedModel evaluated();

        /**
         * All that is needed to go on: weights, running statistics, optimizer state, running totals, step, figures of the
         * epochs that are over, configuration and fingerprint of the data. The same training gives the same bytes.
         */
        TrainedModel resumable();
    }
}
