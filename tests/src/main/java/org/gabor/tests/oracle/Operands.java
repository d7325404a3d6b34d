package org.gabor.tests.oracle;

import java.util.Arrays;
import java.util.List;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;

/** What an operation is evaluated on: the shapes and values of its inputs, and the shape of its result. */
record Operands(List<Shape> shapes, List<double[]> values, Shape result) {
    /** The operands of a node whose inputs have these values. */
    static Operands of(Node node, List<double[]> values) {
        return new Operands(node.inputs().stream().map(Node::shape).toList(), values, node.shape());
    }

    /** Other values of the same shapes. */
    Operands with(double[]... other) { return new Operands(shapes, Arrays.asList(other), result); }

    /** The value of input {@code i}. */
    double[] in(int i) { return values.get(i); }

    /** The shape of input {@code i}. */
    Shape shape(int i) { return shapes.get(i); }

    /** Zeros for the result. */
    double[] out() { return new double[Math.toIntExact(result.size())]; }

    /** The channel (axis 1) of element {@code i} of a value of shape {@code s}. */
    static int channel(Shape s, int i) { return (int) (i / s.plane() % s.c()); }
}
