package org.gabor.tests.oracle;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;

/**
 * Evaluates a graph node by node in double precision: no plan, no layouts, no tensors. Every value is a flat array in
 * logical order; labels, pixels, steps and flags are doubles that hold whole numbers; what is BF16 is rounded to it.
 * Parameters live between runs and are changed in place by the update operations.
 */
public final class Oracle {
    private final Graph graph;
    private final Map<String, double[]> inputs = new HashMap<>();
    private final Map<String, double[]> parameters = new HashMap<>();
    private final double[][] values;

    private Oracle(Graph graph) {
        this.graph = graph;
        this.values = new double[graph.nodes().size()][];
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Leaf.Parameter p) parameters.put(p.name(), new double[length(n)]);
            if (n.op() instanceof Leaf.Input in) inputs.put(in.name(), new double[length(n)]);
        }
    }

    /** An oracle of all nodes that the graph has now. Inputs and parameters are zero until they are fed. */
    public static Oracle of(Graph graph) { return new Oracle(graph); }

    /**
     * Sets an input or a parameter, in logical order.
     *
     * @throws IllegalArgumentException if there is none of that name or the number of elements differs
     */
    public Oracle feed(String name, double... elements) {
        double[] target = inputs.containsKey(name) ? inputs.get(name) : parameters.get(name);
        if (target == null) throw new IllegalArgumentException("no input or parameter " + name);
        if (target.length != elements.length)
            throw new IllegalArgumentException(name + " has " + target.length + " elements, got " + elements.length);
        System.arraycopy(elements, 0, target, 0, elements.length);
        return this;
    }

    /** Evaluates every node once, in order. */
    public Oracle run() {
        for (Node n : graph.nodes().subList(0, values.length)) values[n.id()] = evaluate(n);
        return this;
    }

    /** A copy of the value of a node after the last run; of a parameter, and of its updates, as they are now. */
    public double[] value(Node node) {
        if (values[node.id()] == null) throw new IllegalStateException(node + " has no value before the first run");
        return values[node.id()].clone();
    }

    /** A copy of the value that the graph names {@code name}. */
    public double[] output(String name) {
        Node node = graph.outputs().get(name);
        if (node == null) throw new IllegalArgumentException("no output " + name + " among "
                + graph.outputs().keySet());
        return value(node);
    }

    /** A copy of a parameter as it is now. */
    public double[] parameter(String name) {
        double[] p = parameters.get(name);
        if (p == null) throw new IllegalArgumentException("no parameter " + name + " among " + parameters.keySet());
        return p.clone();
    }

    private double[] evaluate(Node n) {
        if (n.op() instanceof Leaf leaf) return leaf(leaf);
        return Bf16.stored(n.type(),
                Evaluation.of(n.op(), Operands.of(n, n.inputs().stream().map(i -> values[i.id()]).toList())));
    }

    private double[] leaf(Leaf leaf) {
        return switch (leaf) {
            case Leaf.Input in -> fed(inputs, in.name());
            case Leaf.Parameter p -> fed(parameters, p.name());
            case Leaf.Fill f -> filled(Math.toIntExact(f.type().shape().size()), f.value());
        };
    }

    private static double[] fed(Map<String, double[]> from, String name) {
        double[] value = from.get(name);
        if (value == null) throw new IllegalStateException(name + " came into the graph after its oracle");
        return value;
    }

    private static int length(Node n) { return Math.toIntExact(n.shape().size()); }

    /** An array of {@code size} equal elements. */
    static double[] filled(int size, double value) {
        var a = new double[size];
        Arrays.fill(a, value);
        return a;
    }
}
