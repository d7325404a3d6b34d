package org.gabor.graph;

import java.util.List;
import java.util.OptionalInt;

/**
 * How far scores x[0 ... c-1] of one sample are from its label l: what {@link Loss.SampleLoss} computes. Reductions are
 * PyTorch's: the mean over the samples; of the cross entropy, weighted by the classes.
 */
public sealed interface Criterion {
    /**
     * With log p = log softmax(x) and weights v: loss = (1 - smoothing) v[l] (-log p[l]) + smoothing / c times the sum
     * over
     * j of v[j] (-log p[j]); 0 for an ignored label. The mean divides by the sum of v[l] over the samples that are not
     * ignored. Label smoothing: Szegedy et al. 2016.
     *
     * @param smoothing share of the target that is spread over all classes
     * @param ignore a label whose samples do not count
     * @param weights v, a weight a class; empty for 1
     */
    record CrossEntropy(double smoothing, OptionalInt ignore, List<Double> weights) implements Criterion {
        public CrossEntropy {
            if (!(smoothing >= 0 && smoothing < 1))
                throw new ShapeException("label smoothing must be in [0, 1), got " + smoothing);
            for (double w : weights)
                if (!(w >= 0 && w < Double.POSITIVE_INFINITY))
                    throw new ShapeException("a class weight must be 0 or more, got " + w);
            weights = List.copyOf(weights);
        }

        /** Plain cross entropy. */
        public CrossEntropy() {
            this(0, OptionalInt.empty(), List.of());
        }

        /** True if samples have different weights in the mean. */
        public boolean weighted() { return ignore.isPresent() || !weights.isEmpty(); }

        @Override
        public void check(Op op, Shape x) {
            op.check(weights.isEmpty() || weights.size() == x.c(), "%d class weights for scores of %s", weights.size(),
                    x);
        }
    }

    /**
     * Multi-class support vector machine: loss = sum over j != l of max(0, margin - x[l] + x[j])^power / c; power 1 is
     * the
     * hinge, 2 the squared hinge (Weston and Watkins 1999, as PyTorch's multi_margin_loss).
     */
    record MultiMargin(int power, double margin) implements Criterion {
        public MultiMargin {
            if (power != 1 && power != 2)
                throw new ShapeException("the power of a margin loss must be 1 or 2, got " + power);
        }
    }

    /** loss = mean over j of (x[j] - (j = l))^2: against a target of 1 for the label and 0 else. */
    record SquaredError() implements Criterion {}

    /**
     * loss = mean over j of max(x, 0) - x t + log(1 + exp(-|x|)), t = (j = l): sigmoid and cross entropy, class by
     * class.
     */
    record BinaryCrossEntropy() implements Criterion {}

    /** Throws if the criterion does not fit scores of this shape. */
    default void check(Op op, Shape x) {}

    /** The name that plans and errors show. */
    default String label() { return getClass().getSimpleName(); }

    /** Appends the loss of a batch: the mean of all samples, a scalar [1]. */
    default Node mean(Node x, Node labels) {
        Graph g = x.graph();
        Node losses = g.add(new Loss.SampleLoss(this), x, labels);
        if (!(this instanceof CrossEntropy e && e.weighted())) return losses.mean();
        Node weight = g.add(new Loss.Sum(1), g.add(new Loss.SampleWeight(e), labels));
        return g.add(new Loss.Sum(1), losses).times(weight.activate(new Activation.Reciprocal()));
    }
}
