package org.gabor.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Distortion;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.UpdateRule;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Scope;
import org.gabor.optim.Slab;

/**
 * A whole training step as one graph: pixels to scores, loss, gradients into their slab, guard, running statistics,
 * totals, and last the update of all weights. Inputs {@code lr} [1], {@code step} I32 [1], those of its {@link Samples} and,
 * where random numbers are drawn, {@code seed} I32 [2] and {@code epoch} I32 [1]; output {@code loss} [1].
 *
 * @param graph the step
 * @param declared the model's parameters
 * @param slab where the trained ones lie
 * @param states state slabs of the optimizer
 * @param averages whether a moving average of the weights is kept
 */
public record TrainingGraph(Graph graph, Map<String, Scope.Declared> declared, Slab slab, int states,
        boolean averages) {
    /** The step of a model for batches of {@code batch} images, which are taken as they are. */
    public static TrainingGraph of(ModelSpec model, Scaling scaling, LearningRule rule, int batch) {
        return of(model, scaling, rule, batch, Distortion.NONE, new Samples.Fed());
    }

    /**
     * The step of a model for batches of {@code batch} images, which are distorted at random first.
     *
     * @param from where the images come from
     */
    public static TrainingGraph of(ModelSpec model, Scaling scaling, LearningRule rule, int batch, Distortion limits,
            Samples from) {
        var g = new Graph();
        var scope = new Scope(g, true);
        Samples.Batch samples = from.batch(scope, model.images(batch));
        Node labels = samples.labels();
        Node images = AugmentedImages.apply(scope, samples.images(), limits);
        Node scores = model.apply(scope, scaling.apply(scope, images));
        Node loss = rule.criterion().mean(scores, labels);
        Node hits = g.add(new Loss.Sum(1), g.add(new Loss.InTopK(1), scores, labels));

        Slab slab = Slab.of(scope.declared(), rule.optimizer().weightDecay());
        List<Node> weights = slab.slots().keySet().stream()
                .map(n -> Objects.requireNonNull(scope.declared().get(n)).node()).toList();
        var packed = new ArrayList<Node>();
        packed.add(g.parameter(Parameters.GRADIENTS, slab.type()));
        packed.addAll(Autodiff.gradients(loss, weights));
        Node gradients =
                g.add(new Update.PackSlab(slab.slots().values().stream().map(Slab.Slot::offset).toList()), packed);

        Node step = scope.step();
        Node guard =
                g.add(new Update.FiniteGuard(), g.parameter(Parameters.GUARD, Update.GUARD), step, loss, gradients);
        scope.updates().forEach(u -> u.accept(guard));
        g.add(new Update.Accumulate(), g.parameter(Parameters.TOTAL_LOSS, TensorType.f32(1)), loss, guard);
        g.add(new Update.Accumulate(), g.parameter(Parameters.TOTAL_HITS, TensorType.f32(1)), hits, guard);
        if (rule.clipNorm() > 0) gradients = g.add(new Update.ClipNorm(rule.clipNorm()), gradients, guard);
        if (rule.clipValue() > 0) gradients = g.add(new Update.ClipValue(rule.clipValue()), gradients, guard);

        UpdateRule update = rule.optimizer().rule();
        var operands = new ArrayList<Node>();
        operands.add(g.parameter(Parameters.WEIGHTS, slab.type()));
        operands.add(gradients);
        operands.add(g.input("lr", TensorType.f32(1)));
        operands.add(step);
        operands.add(guard);
        for (int i = 0; i < update.states(); i++) operands.add(g.parameter(Parameters.STATE + i, slab.type()));
        Node updated = g.add(new Update.SlabUpdate(update, slab.groups()), operands);
        if (rule.average() > 0)
            g.add(new Update.MovingAverage(rule.average()), g.parameter(Parameters.AVERAGE, slab.type()), updated,
                    guard);
        g.output("loss", loss);
        return new TrainingGraph(g, scope.declared(), slab, update.states(), rule.average() > 0);
    }
}
