package org.gabor.graph;

import java.util.List;

/**
 * The closed set of operations, one family a file. An op is data: its attributes, its shape rule and its gradient
 * rule. How it is computed is a backend's business. Backends switch over the families and their records without a
 * default branch, so a backend that lacks an op does not compile.
 *
 * <p>Attributes are doubles, so that a double-precision evaluation is not limited by them.
 */
public sealed interface Op
        permits Leaf, Sampling, Augmentation, Convolution, Product, Pooling, Pointwise, Normalization, Loss, Movement,
        Update, Custom {

    /**
     * Shape and type of the result.
     *
     * @throws ShapeException naming what was got and what was expected
     */
    TensorType infer(List<TensorType> in);

    /** The gradient of one input. */
    record Gradient(int input, Node value) {}

    /**
     * Gradients of the inputs of {@code y}, a node of this op, given {@code dy}, the gradient of its result.
     * An input that is not in the list has none.
     */
    List<Gradient> vjp(Node y, Node dy);

    /**
     * Multiplications, each with its addition, that {@code y}, a node of this op, takes when it is computed directly; those
     * with padding are counted. 0 for all but convolutions and matrix products, where other work is small beside them.
     */
    default long macs(Node y) { return 0; }

    /** Where the result lies. */
    enum Storage {
        /** In memory of its own. */
        OWN,
        /** In the memory of input 0, whose elements it shares. */
        VIEW,
        /** In the memory of input 0, which the op changes in place. */
        UPDATE,
        /** Bound from outside before the plan runs. */
        BOUND
    }

    /** Where the result lies. */
    default Storage storage() { return Storage.OWN; }

    /** The op's name as plans and errors show it. */
    default String label() { return getClass().getSimpleName(); }

    /** Throws a {@link ShapeException} of this op with {@code message} unless {@code holds}. */
    default void check(boolean holds, String message, Object... args) {
        if (!holds) throw new ShapeException(label() + ": " + String.format(message, args));
    }

    /** Throws unless the op got {@code count} inputs. */
    default void arity(List<TensorType> in, int count) {
        check(in.size() == count, "%d inputs expected, got %d", count, in.size());
    }
}
