package org.gabor.graph;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A symbolic value: the result of {@code op} on {@code inputs}. Holds no data. Two nodes are equal only if they are
 * the same node.
 *
 * @param graph the graph it belongs to
 * @param id its position in the graph
 * @param op what computes it
 * @param inputs what it is computed from
 * @param type its shape and element type
 * @param path the layer that made it, for example {@code 3/conv}
 */
public record Node(Graph graph, int id, Op op, List<Node> inputs, TensorType type, String path) {
    /** Its logical dimensions. */
    public Shape shape() { return type.shape(); }

    /** Its {@code i}-th input. */
    public Node in(int i) { return inputs.get(i); }

    /** Cross-correlation with filters {@code w} [k,c,r,s]. */
    public Node conv2d(Node w, Window window) { return conv2d(w, window, 1); }

    /** Cross-correlation in groups with filters {@code w} [k,c/groups,r,s]. */
    public Node conv2d(Node w, Window window, int groups) {
        return graph.add(new Convolution.Conv2d(window, groups), this, w);
    }

    /** Matrix product with {@code b}. */
    public Node matmul(Node b, boolean transposeA, boolean transposeB) {
        return graph.add(new Product.MatMul(transposeA, transposeB), this, b);
    }

    /** Adds {@code b} [c] to every channel. */
    public Node addBias(Node b) { return graph.add(new Pointwise.AddBias(), this, b); }

    /** Elementwise sum, broadcast where a dimension is 1. */
    public Node plus(Node b) { return graph.add(new Pointwise.Add(), this, b); }

    /** Elementwise product, broadcast where a dimension is 1. */
    public Node times(Node b) { return graph.add(new Pointwise.Mul(), this, b); }

    /** The sum over all axes on which {@code to} has a dimension of 1. */
    public Node sumTo(Shape to) { return shape().equals(to) ? this : graph.add(new Pointwise.SumTo(to), this); }

    /** Applies an activation function to every element. */
    public Node activate(Activation f) { return graph.add(new Pointwise.Activate(f), this); }

    /** max(x, 0). */
    public Node relu() { return activate(new Activation.Relu()); }

    /** Hyperbolic tangent. */
    public Node tanh() { return activate(new Activation.Tanh()); }

    /** Maximum over windows. */
    public Node maxPool(Window window) { return graph.add(new Pooling.MaxPool(window), this); }

    /** Mean over windows, padding counted as zeros. */
    public Node meanPool(Window window) { return graph.add(new Pooling.MeanPool(window, true), this); }

    /** The same elements in another shape, logical order kept. */
    public Node reshape(Shape to) { return graph.add(new Movement.Reshape(to), this); }

    /** Everything behind the batch axis in one: [n, c h w]. */
    public Node flatten() { return reshape(Shape.of(shape().n(), Math.toIntExact(shape().size() / shape().n()))); }

    /** The mean of all elements, a scalar [1]. */
    public Node mean() { return graph.add(new Loss.Sum(1.0 / shape().size()), this); }

    @Override
    public boolean equals(Object o) { return this == o; }

    @Override
    public int hashCode() { return id; }

    @Override
    public String toString() {
        String args = inputs.stream().map(n -> "%" + n.id).collect(Collectors.joining(", "));
        return "%" + id + " = " + op + "(" + args + ") : " + type;
    }
}
