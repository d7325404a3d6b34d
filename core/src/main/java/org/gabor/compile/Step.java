package org.gabor.compile;

import java.util.List;
import java.util.stream.Collectors;
import org.gabor.graph.Node;

/**
 * What a backend runs at once: a node, or several that Fuse grouped by one of the backend's patterns.
 *
 * @param pattern the name of the pattern, or empty for a single node
 * @param nodes the members in executable order; the last one is the step's result, earlier ones are stored only if they
 *     are read outside
 * @param workspaceOffset where the scratch memory of the step lies in the arena, in bytes
 * @param workspaceBytes scratch memory that is the step's own while it runs
 */
public record Step(String pattern, List<Node> nodes, long workspaceOffset, long workspaceBytes) {
    public Step {
        nodes = List.copyOf(nodes);
    }

    /** A step of one node. */
    static Step of(Node node) { return new Step("", List.of(node), 0, 0); }

    /** A fused step, its workspace not planned yet. */
    static Step of(String pattern, List<Node> nodes) { return new Step(pattern, nodes, 0, 0); }

    /** The first member: the one that its pattern starts with. */
    public Node head() { return nodes.getFirst(); }

    /** The last member: the result. */
    public Node result() { return nodes.getLast(); }

    /** The layers of all members, without repetitions, for example {@code 3/conv + 4}. */
    public String layers() { return nodes.stream().map(Node::path).distinct().collect(Collectors.joining(" + ")); }

    /** The operations in order, for example {@code Conv2d + AddBias + relu}. */
    public String label() { return nodes.stream().map(n -> n.op().label()).collect(Collectors.joining(" + ")); }
}
