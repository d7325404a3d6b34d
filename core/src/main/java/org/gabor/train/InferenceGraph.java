package org.gabor.train;

import java.util.Map;
import org.gabor.graph.Criterion;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Scope;

/**
 * A model without gradients. Input {@code images} U8 [n,c,h,w].
 *
 * @param graph what is computed
 * @param declared the model's parameters
 */
public record InferenceGraph(Graph graph, Map<String, Scope.Declared> declared) {
    /**
     * Output {@code scores} [n,classes] and, for a further input {@code labels} I32 [n], {@code loss} [n]; of a loss
     * that
     * weighs its samples also {@code weight} [n].
     */
    public static InferenceGraph evaluation(ModelSpec model, Scaling scaling, Criterion criterion, int batch) {
        var g = new Graph();
        var scope = new Scope(g, false);
        Node scores = model.apply(scope, scaling.apply(scope, g.input("images", model.images(batch))));
        g.output("scores", scores);
        Node labels = g.input("labels", TensorType.i32(batch));
        g.output("loss", g.add(new Loss.SampleLoss(criterion), scores, labels));
        if (criterion instanceof Criterion.CrossEntropy e && e.weighted())
            g.output("weight", g.add(new Loss.SampleWeight(e), labels));
        return new InferenceGraph(g, scope.declared());
    }

    /** Output {@code probabilities} [n,classes]. */
    public static InferenceGraph prediction(ModelSpec model, Scaling scaling, int batch) {
        var g = new Graph();
        var scope = new Scope(g, false);
        Node scores = model.apply(scope, scaling.apply(scope, g.input("images", model.images(batch))));
        g.output("probabilities", g.add(new Loss.Softmax(), scores));
        return new InferenceGraph(g, scope.declared());
    }
}
