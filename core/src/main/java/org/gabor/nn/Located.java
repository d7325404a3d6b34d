package org.gabor.nn;

import java.util.List;
import org.gabor.graph.Node;
import org.gabor.graph.ShapeException;

/** A layer that was read from a file and keeps its place there, for errors. */
record Located(Layer layer, String file, int line) implements Layer {
    @Override
    public Node apply(Scope scope, Node x) { return apply(scope, List.of(x)); }

    Node apply(Scope scope, List<Node> values) {
        try {
            return layer instanceof Merge m ? m.apply(scope, values) : layer.apply(scope, values.getFirst());
        } catch (ShapeException e) {
            throw new LayerException(
                    file + ", line " + line + ": layer " + scope.path() + " (" + Registry.describe(layer) + ") on "
                            + Scope.types(values) + ": " + e.getMessage());
        }
    }
}
