package org.gabor.compile;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Op;

/**
 * Drops what nobody reads, computes equal expressions once, folds constants and collapses chains of reshapes. Results
 * are the same to the last bit, but for constants, which are folded in double precision.
 */
final class Simplify {
    private final Graph from;
    private final Graph to = new Graph();
    private final Map<Node, Node> mapped = new HashMap<>();
    private final Map<Expression, Node> known = new HashMap<>();

    /** What makes two nodes compute the same. */
    private record Expression(Op op, List<Node> inputs) {}

    private Simplify(Graph from) {
        this.from = from;
    }

    /** An equivalent graph with the same outputs and updates. */
    static Graph apply(Graph graph) { return new Simplify(graph).run(); }

    private Graph run() {
        Set<Node> live = live(from);
        for (Node n : from.nodes()) {
            if (!live.contains(n)) continue;
            List<Node> inputs = n.inputs().stream().map(mapped::get).toList();
            mapped.put(n, to.within(n.path(), () -> rewrite(n.op(), inputs)));
        }
        from.outputs().forEach((name, n) -> to.output(name, Objects.requireNonNull(mapped.get(n))));
        return to.nodes().size() == live(to).size() ? to : apply(to);
    }

    private Node rewrite(Op op, List<Node> in) {
        return switch (op) {
            case Movement.Reshape r when in.getFirst().shape().equals(r.to()) -> in.getFirst();
            case Movement.Reshape r when in.getFirst().op() instanceof Movement.Reshape ->
                    rewrite(r, in.getFirst().inputs());
            case Loss.Expand e when in.getFirst().op() instanceof Leaf.Fill f ->
                    append(new Leaf.Fill(f.type().with(e.to()), f.value() * e.scale()), List.of());
            default -> append(op, in);
        };
    }

    private Node append(Op op, List<Node> in) {
        if (op.storage() == Op.Storage.UPDATE) return to.add(op, in);
        return known.computeIfAbsent(new Expression(op, in), _ -> to.add(op, in));
    }

    /** Outputs, updates and all they depend on. */
    private static Set<Node> live(Graph g) {
        Set<Node> live = new HashSet<>(g.outputs().values());
        for (Node n : g.nodes().reversed()) {
            if (n.op().storage() == Op.Storage.UPDATE) live.add(n);
            if (live.contains(n)) live.addAll(n.inputs());
        }
        return live;
    }
}
