package org.gabor.nn;

import java.util.List;
import org.gabor.UsageException;
import org.gabor.graph.Node;

/** A layer that was read from a file and keeps its place there, for errors. */
record Located(Layer layer, String file, int line) implements Layer {
    @Override
    public Node apply(Scope scope, Node x) { return apply(scope, List.of(x)); }

    /** The line that a layer was read from, 0 if it was made. */
    static int lineOf(Layer layer) { return layer instanceof Located l ? l.line : 0; }

    Node apply(Scope scope, List<Node> values) {
        try {
            return layer instanceof Merge m ? m.apply(scope, values) : layer.apply(scope, values.getFirst());
        } catch (LayerException e) {
            throw e;
        } catch (UsageException | ArithmeticException e) {
            throw new LayerException(
                    file + ", line " + line + ": layer " + scope.path() + " (" + Registry.describe(layer) + ") on "
                            + Scope.types(values) + ": " + Scope.reason(e));
        }
    }
}
