package org.gabor.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.graph.Graph;
import org.gabor.graph.Layout;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Op;

/**
 * Gives every value a layout. Values flow in the layout of the step that makes them; where a step wants another, a
 * {@link Movement.Convert} becomes a step of its own, shared by all who want the same. Leaves, views and outputs are
 * dense in logical order. Last, a value gets the largest halo that one of its readers reads.
 */
final class Layouts {
    private final Rules rules;
    private final Graph graph = new Graph();
    private final List<Step> steps = new ArrayList<>();
    private final Map<Node, Node> mapped = new HashMap<>();
    private final Map<Node, Layout> layouts = new HashMap<>();
    private final Map<Converted, Node> converted = new HashMap<>();

    /** Steps over a new graph that holds the conversions, and the layout of each of its nodes. */
    record Result(Graph graph, List<Step> steps, Map<Node, Layout> layouts) {
        Layout layout(Node node) { return Objects.requireNonNull(layouts.get(node)); }
    }

    private record Converted(Node node, Layout to) {}

    private Layouts(Rules rules) {
        this.rules = rules;
    }

    static Result apply(Graph graph, List<Step> steps, Rules rules) {
        var pass = new Layouts(rules);
        steps.forEach(pass::lay);
        graph.outputs().forEach((name, n) -> pass.graph.output(name, pass.in(pass.map(n), Layout.LOGICAL)));
        for (Step s : pass.steps) for (Node n : s.nodes()) pass.widenHalos(n);
        return new Result(pass.graph, pass.steps, pass.layouts);
    }

    private void lay(Step step) {
        var nodes = new ArrayList<Node>();
        for (Node n : step.nodes()) {
            List<Node> inputs = n.inputs().stream().map(this::map).toList();
            Rules.Signature s = rules.signature(n, inputs.stream().map(this::layout).toList());
            var wanted = new ArrayList<Node>();
            for (int i = 0; i < inputs.size(); i++) {
                Node in = inputs.get(i);
                Layout to = s.inputs().get(i);
                boolean fits = fits(in, to, rules.halo(n, i));
                if (!fits && nodes.contains(in))
                    throw new IllegalStateException(step.pattern() + ": " + n + " wants its member in " + to);
                wanted.add(fits ? in : in(in, to));
            }
            nodes.add(add(n, wanted, s.result()));
        }
        steps.add(Step.of(step.pattern(), nodes));
    }

    /** The new node of an old one; leaves and views are made when they are first read. */
    private Node map(Node old) {
        Node known = mapped.get(old);
        if (known != null) return known;
        return switch (old.op().storage()) {
            case BOUND -> add(old, List.of(), Layout.LOGICAL);
            case VIEW -> add(old, List.of(in(map(old.in(0)), Layout.LOGICAL)), Layout.LOGICAL);
            case OWN, UPDATE -> throw new IllegalStateException(old + " is read before it is computed");
        };
    }

    private Node add(Node old, List<Node> inputs, Layout layout) {
        Node node = graph.within(old.path(), () -> graph.add(old.op(), inputs));
        if (node.shape().rank() != 4 && !layout.logical()) throw new IllegalStateException(node + " in " + layout);
        mapped.put(old, node);
        layouts.put(node, layout);
        return node;
    }

    private Layout layout(Node node) { return Objects.requireNonNull(layouts.get(node)); }

    private boolean fits(Node node, Layout to, int halo) {
        Layout has = layout(node);
        return has.equals(to) || (has.sameBytes(to, node.shape()) && (halo == 0 || !has.logical()));
    }

    /** The value in a layout, converted if need be. */
    private Node in(Node node, Layout to) {
        if (fits(node, to, to.logical() ? 0 : 1)) return node;
        return converted.computeIfAbsent(new Converted(node, to), _ -> {
            Node c = graph.within(node.path(), () -> graph.add(new Movement.Convert(to), node));
            layouts.put(c, to);
            steps.add(Step.of(c));
            return c;
        });
    }

    private void widenHalos(Node reader) {
        for (int i = 0; i < reader.inputs().size(); i++) {
            int halo = rules.halo(reader, i);
            Node in = reader.in(i);
            Layout has = layout(in);
            if (halo <= has.halo()) continue;
            if (has.logical() || in.op().storage() == Op.Storage.VIEW)
                throw new IllegalStateException(reader + " reads a halo around " + in + ", which is dense");
            layouts.put(in, has.withHalo(halo));
        }
    }
}
