package org.gabor.graph;

import java.util.List;

/** Values that depend on no other value. */
public sealed interface Leaf extends Op {
    @Override
    default List<Gradient> vjp(Node y, Node dy) { return List.of(); }

    /** A value fed before every run: images, labels, learning rate, step, seed. */
    record Input(String name, TensorType type) implements Leaf {
        @Override
        public TensorType infer(List<TensorType> in) { return type; }

        @Override
        public Storage storage() { return Storage.BOUND; }

        @Override
        public String toString() { return "Input " + name; }
    }

    /** A value that lives between runs: weights, running statistics, optimizer state, counters. */
    record Parameter(String name, TensorType type) implements Leaf {
        @Override
        public TensorType infer(List<TensorType> in) { return type; }

        @Override
        public Storage storage() { return Storage.BOUND; }

        @Override
        public String toString() { return "Parameter " + name; }
    }

    /** A constant: every element is {@code value}. */
    record Fill(TensorType type, double value) implements Leaf {
        @Override
        public TensorType infer(List<TensorType> in) { return type; }
    }
}
