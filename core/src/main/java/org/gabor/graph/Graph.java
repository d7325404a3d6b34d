package org.gabor.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** An append-only list of nodes. Every node's inputs precede it, so the list is always in executable order. */
public final class Graph {
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Node> outputs = new LinkedHashMap<>();
    private String path = "";

    /**
     * Appends a node.
     *
     * @throws ShapeException if the inputs do not fit the op
     */
    public Node add(Op op, Node... inputs) { return add(op, List.of(inputs)); }

    /**
     * Appends a node.
     *
     * @throws ShapeException if the inputs do not fit the op
     */
    public Node add(Op op, List<Node> inputs) {
        for (Node in : inputs)
            if (in.graph() != this) throw new IllegalArgumentException("%" + in.id() + " belongs to another graph");
        TensorType type = op.infer(inputs.stream().map(Node::type).toList());
        Node node = new Node(this, nodes.size(), op, List.copyOf(inputs), type, path);
        nodes.add(node);
        return node;
    }

    /** A value that is fed before every run. */
    public Node input(String name, TensorType type) { return add(new Leaf.Input(name, type)); }

    /** A value that lives between runs. */
    public Node parameter(String name, TensorType type) { return add(new Leaf.Parameter(name, type)); }

    /** Names a value that can be read after a run. */
    public Graph output(String name, Node node) {
        outputs.put(name, node);
        return this;
    }

    /** Runs {@code body}; the nodes it appends carry {@code layer} as their path. */
    public <T> T within(String layer, Supplier<T> body) {
        String outer = path;
        path = layer;
        try {
            return body.get();
        } finally {
            path = outer;
        }
    }

    /** All nodes in executable order. */
    public List<Node> nodes() { return Collections.unmodifiableList(nodes); }

    /** The values that can be read after a run, by name. */
    public Map<String, Node> outputs() { return Collections.unmodifiableMap(outputs); }

    @Override
    public String toString() {
        var s = new StringBuilder();
        nodes.forEach(n -> s.append(n).append('\n'));
        return s.append("return ").append(outputs.keySet()).toString();
    }
}
