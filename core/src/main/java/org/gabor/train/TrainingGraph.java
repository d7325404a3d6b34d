package org.gabor.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Criterion;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.UpdateRule;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Scope;
import org.gabor.optim.Optimizer;
import org.gabor.optim.Slab;

/**
 * A whole training step as one graph: pixels to scores, loss, gradients into their slab, guard, running statistics,
 * totals, and last the update of all weights. Inputs {@code images} U8 [n,c,h,w], {@code labels} I32 [n], {@code lr}
 * [1], {@code step} I32 [1]; output {@code loss} [1].
 *
 * @param graph the step
 * @param declared the model's parameters
 * @param slab where the trained ones lie
 * @param states state slabs of the optimizer
 */
public record TrainingGraph(Graph graph, Map<String, Scope.Declared> declared, Slab slab, int states) {
    /** The step of a model for batches of {@code batch} images. */
    public static TrainingGraph of(ModelSpec model, Scaling scaling, Optimizer optimizer, int batch) {
        var g = new Graph();
        var scope = new Scope(g, true);
        Node labels = g.input("labels", TensorType.i32(batch));
        Node scores = model.apply(scope, scaling.apply(g.input("images", model.images(batch))));
        Node loss = new Criterion.CrossEntropy().mean(scores, labels);
        Node hits = g.add(new Loss.Sum(1), g.add(new Loss.InTopK(1), scores, labels));

        Slab slab = Slab.of(scope.declared(), optimizer.weightDecay());
        List<Node> weights = slab.slots().keySet().stream()
                .map(n -> Objects.requireNonNull(scope.declared().get(n)).node()).toList();
        var packed = new ArrayList<Node>();
        packed.add(g.parameter(Parameters.GRADIENTS, slab.type()));
        packed.addAll(Autodiff.gradients(loss, weights));
        Node gradients =
                g.add(new Update.PackSlab(slab.slots().values().stream().map(Slab.Slot::offset).toList()), packed);

        Node step = g.input("step", TensorType.i32(1));
        Node guard =
                g.add(new Update.FiniteGuard(), g.parameter(Parameters.GUARD, Update.GUARD), step, loss, gradients);
        scope.updates().forEach(u -> u.accept(guard));
        g.add(new Update.Accumulate(), g.parameter(Parameters.TOTAL_LOSS, TensorType.f32(1)), loss, guard);
        g.add(new Update.Accumulate(), g.parameter(Parameters.TOTAL_HITS, TensorType.f32(1)), hits, guard);

        UpdateRule rule = optimizer.rule();
        var update = new ArrayList<Node>();
        update.add(g.parameter(Parameters.WEIGHTS, slab.type()));
        update.add(gradients);
        update.add(g.input("lr", TensorType.f32(1)));
        update.add(step);
        update.add(guard);
        for (int i = 0; i < rule.states(); i++) update.add(g.parameter(Parameters.STATE + i, slab.type()));
        g.add(new Update.SlabUpdate(rule, slab.groups()), update);
        g.output("loss", loss);
        return new TrainingGraph(g, scope.declared(), slab, rule.states());
    }
}
