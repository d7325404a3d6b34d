package org.gabor.nn;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.gabor.Suggest;
import org.gabor.graph.Node;

/**
 * A network whose layers are wired by name, for everything that is no chain. The vertices may stand in any order; the
 * name
 * {@value #INPUT} is what the layer itself is applied to.
 *
 * @param nodes the vertices
 * @param output the vertex whose value is the result; the last one if it is empty
 */
public record Wiring(List<Vertex> nodes, @Default("\"\"") String output) implements Layer {
    /** The name of what comes in. */
    public static final String INPUT = "input";

    /**
     * A layer with a name.
     *
     * @param name what others call its value
     * @param inputs names of what it takes; if there are none, the vertex before it (the first one takes the input)
     * @param layer what is done; several inputs need a {@link Merge}
     */
    public record Vertex(String name, @Default("[]") List<String> inputs, Layer layer) {
        public Vertex {
            inputs = List.copyOf(inputs);
        }
    }

    public Wiring {
        if (nodes.isEmpty()) throw new LayerException("graph: it has no nodes");
        Map<String, Vertex> byName = new LinkedHashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            Vertex v = nodes.get(i);
            if (v.name.isEmpty() || v.name.contains("/") || v.name.equals(INPUT))
                throw new LayerException(Located.lineOf(v.layer), "graph: node " + (i + 1) + " cannot be called '" + v.name
                        + "'; choose another name without a slash");
            List<String> inputs = !v.inputs.isEmpty() ? v.inputs : List.of(i == 0 ? INPUT : nodes.get(i - 1).name);
            if (byName.put(v.name, new Vertex(v.name, inputs, v.layer)) != null)
                throw new LayerException(Located.lineOf(v.layer),
                        "graph: two nodes are called '" + v.name + "'; every name stands once");
        }
        nodes = List.copyOf(byName.values());
        output = output.isEmpty() ? nodes.getLast().name : output;
        check(byName, output);
    }

    @Override
    public Node apply(Scope scope, Node x) {
        Map<String, Vertex> byName = new HashMap<>();
        for (Vertex v : nodes) byName.put(v.name, v);
        Map<String, Node> values = new HashMap<>(Map.of(INPUT, x));
        return value(output, byName, values, scope);
    }

    private static Node value(String name, Map<String, Vertex> byName, Map<String, Node> values, Scope scope) {
        Node known = values.get(name);
        if (known != null) return known;
        Vertex v = Objects.requireNonNull(byName.get(name));
        List<Node> inputs = v.inputs.stream().map(in -> value(in, byName, values, scope)).toList();
        Node y = scope.apply(v.name, v.layer, inputs);
        values.put(name, y);
        return y;
    }

    private static void check(Map<String, Vertex> byName, String output) {
        Set<String> known = new LinkedHashSet<>(byName.keySet());
        known.add(INPUT);
        for (Vertex v : byName.values()) {
            for (String in : v.inputs)
                if (!known.contains(in)) throw new LayerException(Located.lineOf(v.layer),
                        "graph: node '" + v.name + "' takes an " + Suggest.unknown("input", in, known));
            if (v.inputs.size() > 1 && !(v.layer instanceof Merge)
                    && !(v.layer instanceof Located l && l.layer() instanceof Merge))
                throw new LayerException(Located.lineOf(v.layer),
                        "graph: node '" + v.name + "' has " + v.inputs.size() + " inputs, but "
                                + Registry.describe(v.layer) + " takes one; put add, multiply or concat before it");
        }
        if (!byName.containsKey(output))
            throw new LayerException("graph: " + Suggest.unknown("output", output, byName.keySet()));
        Set<String> reached = new HashSet<>();
        reach(output, byName, new LinkedHashSet<>(), reached);
        for (Vertex v : byName.values())
            if (!reached.contains(v.name))
                throw new LayerException(Located.lineOf(v.layer), "graph: nothing takes the value of node '" + v.name
                        + "', and it is not the output '" + output + "'");
    }

    private static void reach(String name, Map<String, Vertex> byName, Set<String> open, Set<String> reached) {
        if (!open.add(name)) throw new LayerException("graph: a cycle, " + String.join(" <- ", open) + " <- " + name);
        Vertex v = byName.get(name);
        if (v != null && reached.add(name)) for (String in : v.inputs) reach(in, byName, open, reached);
        open.remove(name);
    }
}
