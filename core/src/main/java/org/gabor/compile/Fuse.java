package org.gabor.compile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Op;

/**
 * Groups nodes into steps by the patterns of a backend. It makes no new ops: a step is a list of nodes. A group runs
 * where its last member stood, so it must not contain a value that somebody else reads before.
 */
final class Fuse {
    private final List<Pattern> patterns;
    private final Map<Node, List<Node>> readers = new HashMap<>();
    private final Set<Node> grouped = new HashSet<>();

    private Fuse(Graph g, List<Pattern> patterns) {
        this.patterns = patterns;
        for (Node n : g.nodes())
            for (Node in : new HashSet<>(n.inputs())) readers.computeIfAbsent(in, _ -> new ArrayList<>()).add(n);
    }

    /** The steps of a graph in executable order. Leaves and views are no steps. */
    static List<Step> apply(Graph g, List<Pattern> patterns) {
        var fuse = new Fuse(g, patterns);
        return g.nodes().stream().filter(n -> isComputed(n) && !fuse.grouped.contains(n)).map(fuse::group)
                .sorted(Comparator.comparingInt(s -> s.result().id())).toList();
    }

    /** True if a backend has to do something for the node. */
    static boolean isComputed(Node n) {
        return n.op().storage() == Op.Storage.OWN || n.op().storage() == Op.Storage.UPDATE;
    }

    private Step group(Node head) {
        for (Pattern p : patterns) {
            List<Node> chain = match(p, head);
            if (chain.size() > 1) {
                grouped.addAll(chain);
                return Step.of(p.name(), chain);
            }
        }
        grouped.add(head);
        return Step.of(head);
    }

    /** The longest chain of the pattern that starts at {@code head}; empty if a part is missing. */
    private List<Node> match(Pattern p, Node head) {
        if (!p.head().contains(head.op().getClass())) return List.of();
        var chain = new ArrayList<>(List.of(head));
        for (Pattern.Part part : p.tail()) {
            boolean extended = extend(chain, part);
            if (!extended && part.count() == Pattern.Count.ONE) return List.of();
            while (extended && part.count() == Pattern.Count.MANY) extended = extend(chain, part);
        }
        return chain;
    }

    private boolean extend(List<Node> chain, Pattern.Part part) {
        Optional<Node> next = readersOf(chain.getLast()).stream()
                .filter(n -> part.ops().contains(n.op().getClass()) && !grouped.contains(n))
                .filter(n -> carriesOn(chain.getLast(), n))
                .filter(n -> nobodyReadsBefore(chain, n) && nothingChangesBefore(chain, n)).findFirst();
        next.ifPresent(chain::add);
        return next.isPresent();
    }

    /** A chain keeps its shape: a bias is no link of it, nor is a value that is broadcast to a larger one. */
    private static boolean carriesOn(Node value, Node reader) { return reader.shape().equals(value.shape()); }

    private List<Node> readersOf(Node n) { return readers.getOrDefault(n, List.of()); }

    /** No member is read by an outsider that stands before {@code last}, where the group would run. */
    private boolean nobodyReadsBefore(List<Node> chain, Node last) {
        return chain.stream().flatMap(m -> readersOf(m).stream())
                .allMatch(r -> r.id() >= last.id() || chain.contains(r));
    }

    /** No parameter changes between the head, which may read it, and {@code last}, where the group would run. */
    private static boolean nothingChangesBefore(List<Node> chain, Node last) {
        return last.graph().nodes().subList(chain.getFirst().id(), last.id()).stream()
                .noneMatch(n -> n.op().storage() == Op.Storage.UPDATE);
    }
}
