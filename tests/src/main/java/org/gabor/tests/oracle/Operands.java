package org.gabor.tests.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/** What an operation is evaluated on: the types and values of its inputs, and the shape of its result. */
record Operands(List<TensorType> types, List<double[]> values, Shape result) {
    /** The operands of a node whose inputs have these values. */
    static Operands of(Node node, List<double[]> values) {
        return new Operands(node.inputs().stream().map(Node::type).toList(), values, node.shape());
    }

    /** Other values of the same types. */
    Operands with(double[]... other) { return new Operands(types, Arrays.asList(other), result); }

    /** The same with another value of input {@code i}. */
    Operands replaced(int i, double[] other) {
        var all = new ArrayList<>(values);
        all.set(i, other);
        return new Operands(types, all, result);
    }

    /** The value of input {@code i}. */
    double[] in(int i) { return values.get(i); }

    /** The shape of input {@code i}. */
    Shape shape(int i) { return types.get(i).shape(); }

    /** Zeros for the result. */
    double[] out() { return new double[Math.toIntExact(result.size())]; }

    /** Where element {@code i} of a value of shape {@code large} lies in one of shape {@code small} that is broadcast to it. */
    static int source(Shape large, int i, Shape small) {
        int rest = i, place = 0, stride = 1;
        for (int axis = large.rank() - 1; axis >= 0; axis--) {
            if (small.dim(axis) > 1) place += rest % large.dim(axis) * stride;
            rest /= large.dim(axis);
            stride *= small.dim(axis);
        }
        return place;
    }

    /** The channel (axis 1) of element {@code i} of a value of shape {@code s}. */
    static int channel(Shape s, int i) { return (int) (i / s.plane() % s.c()); }
}
