package org.gabor.nn;

import org.gabor.graph.Node;

/** Activation functions as layers, each applied element by element. */
public final class Activations {
    private Activations() {}

    /** max(x, 0) (Nair and Hinton 2010). */
    public record Relu() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.relu(); }
    }

    /** Hyperbolic tangent. */
    public record Tanh() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.tanh(); }
    }
}
