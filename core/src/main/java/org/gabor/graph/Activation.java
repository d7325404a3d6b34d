package org.gabor.graph;

/** Functions of one element that {@link Pointwise.Activate} applies. */
public sealed interface Activation {
    /** y = max(x, 0); dx = dy where y > 0, else 0 (Nair and Hinton 2010). NaN stays NaN. */
    record Relu() implements Activation {}

    /** y = tanh x; dx = dy (1 - y^2). */
    record Tanh() implements Activation {}

    /** The name that plans and errors show. */
    default String label() { return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT); }
}
