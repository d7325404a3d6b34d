package org.gabor.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reverse-mode differentiation as a rewriting of the graph: gradients are ordinary nodes. */
public final class Autodiff {
    private Autodiff() {}

    /**
     * Appends d loss / d target for each target and returns those nodes in the same order.
     *
     * @param loss a value of one element
     * @throws IllegalArgumentException if the loss does not depend on a target
     */
    public static List<Node> gradients(Node loss, List<Node> targets) {
        Graph g = loss.graph();
        Set<Node> useful = reachedFrom(g, targets);
        Map<Node, Node> grad = new HashMap<>();
        grad.put(loss, g.add(new Leaf.Fill(loss.type(), 1)));

        for (Node y : List.copyOf(g.nodes().subList(0, loss.id() + 1)).reversed()) {
            Node dy = grad.get(y);
            if (dy == null || y.inputs().isEmpty() || !useful.contains(y)) continue;
            for (Op.Gradient dx : g.within(y.path(), () -> y.op().vjp(y, dy))) {
                Node x = y.in(dx.input());
                if (useful.contains(x)) grad.merge(x, dx.value(), (a, b) -> g.within(x.path(), () -> a.plus(b)));
            }
        }
        return targets.stream().map(t -> {
            Node d = grad.get(t);
            if (d == null) throw new IllegalArgumentException("the loss does not depend on " + t.op());
            return d;
        }).toList();
    }

    /** The targets and every node that depends on one. */
    private static Set<Node> reachedFrom(Graph g, List<Node> targets) {
        var reached = new HashSet<>(targets);
        for (Node n : g.nodes()) if (n.inputs().stream().anyMatch(reached::contains)) reached.add(n);
        return reached;
    }
}
