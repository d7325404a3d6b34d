package org.gabor.compile;

import java.util.List;
import java.util.Map;
import org.gabor.graph.Layout;
import org.gabor.graph.Node;

/**
 * What a backend compiles: steps in order, and for every stored value its place and layout.
 *
 * @param steps what to run, in order
 * @param values place and layout of every stored value; members of a step that nobody else reads are not stored
 * @param inputs values to fill before a run, by name
 * @param outputs values to read after a run, by name
 * @param arenaBytes size of the one arena that holds all values and workspaces
 * @param liveBytes the largest sum of bytes that must exist at one step: no arena can be smaller
 */
public record Plan(List<Step> steps, Map<Node, Value> values, Map<String, Node> inputs, Map<String, Node> outputs,
        long arenaBytes, long liveBytes) {

    /** Where a value lies. */
    public sealed interface Place {
        /** In the arena, {@code offset} bytes from its start. */
        record Arena(long offset) implements Place {}

        /** In a parameter that is bound from outside, {@code offset} bytes from its start. */
        record Bound(String parameter, long offset) implements Place {}
    }

    /** A stored value: its place, its layout and the bytes it occupies. */
    public record Value(Place place, Layout layout, long bytes) {}

    /** True if the value has a place of its own in memory. */
    public boolean isStored(Node node) { return values.containsKey(node); }

    /**
     * Place and layout of a stored value.
     *
     * @throws IllegalArgumentException if it is not stored
     */
    public Value value(Node node) {
        Value v = values.get(node);
        if (v == null) throw new IllegalArgumentException(node + " is inside a fused step and not stored");
        return v;
    }
}
