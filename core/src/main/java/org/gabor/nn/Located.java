package org.gabor.nn;

import org.gabor.graph.Node;
import org.gabor.graph.ShapeException;

/** A layer that was read from a file and keeps its place there, for errors. */
record Located(Layer layer, String file, int line) implements Layer {
    @Override
    public Node apply(Scope scope, Node x) {
        try {
            return layer.apply(scope, x);
        } catch (ShapeException e) {
            throw new LayerException(file + ", line " + line + ": layer " + scope.path()
                    + " (" + Registry.describe(layer) + ") on " + x.type() + ": " + e.getMessage());
        }
    }
}
