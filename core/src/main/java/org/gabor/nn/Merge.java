package org.gabor.nn;

import java.util.List;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.ShapeException;

/** Layers that take several values; the vertices of a {@link Wiring} feed them. */
public sealed interface Merge extends Layer {
    /**
     * Appends the layer.
     *
     * @throws ShapeException if the values do not fit together
     */
    Node apply(Scope scope, List<Node> values);

    @Override
    default Node apply(Scope scope, Node x) { return apply(scope, List.of(x)); }

    /** The values, if there are two and more. */
    private static List<Node> several(List<Node> values) {
        if (values.size() < 2)
            throw new ShapeException("it takes two values or more, got " + values.size()
                    + "; name them as inputs of a node of a graph");
        return values;
    }

    /** The sum of all values; dimensions of 1 are broadcast. */
    record Add() implements Merge {
        @Override
        public Node apply(Scope scope, List<Node> values) { return several(values).stream().reduce(Node::plus).orElseThrow(); }
    }

    /** The product of all values, element by element; dimensions of 1 are broadcast. */
    record Multiply() implements Merge {
        @Override
        public Node apply(Scope scope, List<Node> values) { return several(values).stream().reduce(Node::times).orElseThrow(); }
    }

    /** All values one behind the other along an axis, the channels as a rule. */
    record Concat(@Default("1") int axis) implements Merge {
        public Concat {
            Checks.atLeast("concat", "axis", axis, 1);
        }

        @Override
        public Node apply(Scope scope, List<Node> values) {
            return values.getFirst().graph().add(new Movement.Concat(axis), several(values));
        }
    }
}
