package org.gabor.train;

import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Sampling;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.nn.Scope;

/** Where a training step takes its samples from. */
public sealed interface Samples {
    /** Names of the data set on the device. */
    String IMAGES = "/data/images", LABELS = "/data/labels";

    /** The images of a step U8 [n,c,h,w] and their labels I32 [n]. */
    record Batch(Node images, Node labels) {}

    /** Appends the samples of a step to its graph. */
    Batch batch(Scope scope, TensorType images);

    /** The host feeds them before each step, to the inputs {@code images} and {@code labels}. */
    record Fed() implements Samples {
        @Override
        public Batch batch(Scope scope, TensorType images) {
            Graph g = scope.graph();
            Node labels = g.input("labels", TensorType.i32(images.shape().n()));
            return new Batch(g.input("images", images), labels);
        }
    }

    /**
     * The whole data set lies on the device, as the parameters {@link #IMAGES} and {@link #LABELS}; each step finds its own.
     *
     * @param count samples of the data set
     * @param steps steps of an epoch
     */
    record Resident(int count, int steps) implements Samples {
        @Override
        public Batch batch(Scope scope, TensorType images) {
            Graph g = scope.graph();
            Shape x = images.shape();
            Node order = g.add(new Sampling.Order(count, x.n(), steps), scope.seed(), scope.step(), scope.epoch());
            Node all = g.parameter(IMAGES, type(x)), labels = g.parameter(LABELS, TensorType.i32(count));
            return new Batch(g.add(new Sampling.Gather(), all, order), g.add(new Sampling.Gather(), labels, order));
        }

        /** All images. */
        TensorType type(Shape batch) { return TensorType.u8(count, batch.c(), batch.h(), batch.w()); }
    }
}
