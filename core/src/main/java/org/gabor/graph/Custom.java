package org.gabor.graph;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * An operation that a user adds. It brings its shape rule, its gradient rule and a body that computes it on the CPU; values
 * are F32 (or I32), dense in logical order. A record that implements this interface can be used like any other op:
 * {@code graph.add(new Mine(0.5), x)}.
 */
public non-sealed interface Custom extends Op {
    /**
     * Computes the result. Must be a pure function of its inputs, and thread-safe.
     *
     * @param inputs the elements of each input, dense in logical order, read only
     * @param types the types of the inputs
     * @param result where the elements of the result go; every one must be written
     */
    void compute(List<MemorySegment> inputs, List<TensorType> types, MemorySegment result);

    @Override
    default List<Gradient> vjp(Node y, Node dy) { return List.of(); }
}
