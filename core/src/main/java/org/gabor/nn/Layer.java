package org.gabor.nn;

import org.gabor.graph.Node;

/**
 * A function from a value to a value, with the parameters it asks its scope for. Layers are immutable records; a layer
 * that is to be saved is registered in {@link Registry}.
 */
@FunctionalInterface
public interface Layer {
    /**
     * Appends the layer to the graph of {@code x}.
     *
     * @throws org.gabor.graph.ShapeException if {@code x} does not fit
     */
    Node apply(Scope scope, Node x);
}
