package org.gabor.train;

import java.util.List;
import java.util.Optional;
import org.gabor.data.Dataset;

/**
 * What came out of a training. It holds no memory of the device; the device must be open to evaluate.
 *
 * @param device where it was trained
 * @param best the model after the best epoch; as it is at the end, if no epoch is over
 * @param last the model after the last step, with the optimizer's state
 * @param history figures of every epoch that is over; times of epochs before a {@link Continuation} are NaN
 * @param ending why it ended
 */
public record TrainingRun(Device device, TrainedModel best, TrainedModel last, List<EpochMetrics> history,
        Ending ending) {
    /** Why a training ended. */
    public enum Ending {
        /** All epochs are over. */
        COMPLETE,
        /** No epoch was better for as long as {@link Trainer#patience} says. */
        NO_BETTER,
        /** The time of {@link Trainer#maxTime} was over. */
        OUT_OF_TIME,
        /** Somebody asked for it, see {@link Trainer#stopWhen}. */
        INTERRUPTED
    }

    /** The figures of the best epoch, if one is over. */
    public Optional<EpochMetrics> bestEpoch() {
        return history.stream().filter(EpochMetrics::best).reduce((_, later) -> later);
    }

    /** Images a batch when a model is evaluated; one number everywhere, so that figures agree to the last digit. */
    static final int EVALUATION_BATCH = 128;

    /** How well the best model does on a data set. */
    public Evaluation evaluate(Dataset data) { return evaluate(device, best, data); }

    /** How well a model does on a data set. */
    public static Evaluation evaluate(Device device, TrainedModel model, Dataset data) {
        var graph = InferenceGraph.evaluation(model.spec(), model.scaling(), model.criterion(), EVALUATION_BATCH);
        try (var parameters = Parameters.forInference(device.backend(), graph.declared())) {
            parameters.copyIn(model.tensors());
            try (var evaluator =
                    new Evaluator(device.backend(), model.spec(), model.scaling(), model.criterion(),
                            parameters, EVALUATION_BATCH)) {
                return evaluator.run(data);
            }
        }
    }
}
