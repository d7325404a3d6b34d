package org.gabor.train;

import java.util.List;
import org.gabor.data.Dataset;

/**
 * What came out of a training. It holds no memory of the device; the device must be open to evaluate.
 *
 * @param device where it was trained
 * @param best the model after the best epoch
 * @param last the model after the last step, with the optimizer's state
 * @param history figures of every epoch
 */
public record TrainingRun(Device device, TrainedModel best, TrainedModel last, List<EpochMetrics> history) {
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
