package org.gabor.nn;

import org.gabor.graph.Node;

/**
 * Fully connected layer: y = x w^T + b for x [n,in]; an image is flattened first. Parameters {@code weight} [units,in]
 * and, if {@code bias}, {@code bias} [units].
 *
 * @param units number of outputs
 * @param bias whether a bias is added
 * @param init how the weights start
 */
public record Dense(int units, @Default("true") boolean bias, @Default("\"he_normal\"") Init init) implements Layer {
    public Dense {
        Checks.atLeast("dense", "units", units, 1);
    }

    /** The same layer with weights that start in another way. */
    public Dense init(Init start) { return new Dense(units, bias, start); }

    @Override
    public Node apply(Scope scope, Node x) {
        Node flat = x.shape().rank() == 2 ? x : x.flatten();
        Node y = flat.matmul(scope.parameter("weight", init, units, flat.shape().c()), false, true);
        return bias ? y.addBias(scope.parameter("bias", Init.ZERO, units)) : y;
    }
}
