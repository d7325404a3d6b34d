package org.gabor.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gabor.compile.Plan.Place;
import org.gabor.compile.Plan.Value;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.Update;

/**
 * Gives every stored value a place: parameters and views where they are, gradients straight in the gradient slab, all
 * others in one arena in which memory is used again as soon as the last reader is done.
 */
final class Planner {
    private final Layouts.Result laid;
    private final Rules rules;
    private final Set<Node> stored = new HashSet<>();
    private final Map<Node, Place.Bound> inSlab = new HashMap<>();
    private final Map<Node, Memory.Block> blocks = new HashMap<>();
    private final Memory memory;

    private Planner(Layouts.Result laid, Rules rules) {
        this.laid = laid;
        this.rules = rules;
        this.memory = new Memory(rules.alignment());
    }

    static Plan apply(Layouts.Result laid, Rules rules) { return new Planner(laid, rules).run(); }

    private Plan run() {
        List<Step> steps = laid.steps();
        int end = steps.size();
        findStored();
        steps.forEach(s -> s.nodes().forEach(this::packGradients));
        checkUpdatesAreLast();

        // live ranges: inputs and outputs for the whole run, others from the step that makes them to the last reader
        for (Node n : laid.graph().nodes()) if (n.op() instanceof Leaf.Input) block(n, 0).keepUntil(end);
        var workspaces = new ArrayList<Memory.Block>();
        for (int i = 0; i < end; i++) {
            Step s = steps.get(i);
            for (Node n : s.nodes()) {
                if (stored.contains(n) && n.op().storage() == Op.Storage.OWN && !inSlab.containsKey(n)) block(n, i);
                for (Node in : n.inputs()) keep(in, i + rules.lag());
            }
            Memory.Block workspace = memory.block(i, rules.workspace(s, laid.layouts()));
            workspace.keepUntil(i + rules.lag());
            workspaces.add(workspace);
        }
        laid.graph().outputs().values().forEach(n -> keep(n, end));

        long arena = memory.place();
        var planned = new ArrayList<Step>();
        for (int i = 0; i < end; i++) {
            Step s = steps.get(i);
            planned.add(
                    new Step(s.pattern(), s.nodes(), workspaces.get(i).offset(), rules.workspace(s, laid.layouts())));
        }
        Map<Node, Value> values = new LinkedHashMap<>();
        Map<String, Node> inputs = new LinkedHashMap<>();
        for (Node n : laid.graph().nodes()) {
            if (n.op() instanceof Leaf.Input in) inputs.put(in.name(), n);
            if (stored.contains(n)) values.put(n, new Value(place(n), laid.layout(n), laid.layout(n).bytes(n.type())));
        }
        return new Plan(planned, values, inputs, laid.graph().outputs(), arena, memory.liveBytes(end + 1));
    }

    /** All but the members of a step that only the step itself reads. */
    private void findStored() {
        stored.addAll(laid.graph().nodes());
        for (Step s : laid.steps()) s.nodes().subList(0, s.nodes().size() - 1).forEach(stored::remove);
        for (Step s : laid.steps())
            for (Node n : s.nodes()) n.inputs().stream().filter(in -> !s.nodes().contains(in)).forEach(stored::add);
        for (Node n : laid.graph().nodes()) if (n.op().storage() == Op.Storage.VIEW) stored.add(n.in(0));
        stored.addAll(laid.graph().outputs().values());
    }

    /** A gradient that only has to lie in the slab is computed there; shared ones are copied by the step itself. */
    private void packGradients(Node pack) {
        if (!(pack.op() instanceof Update.PackSlab slab) || !(pack.in(0).op() instanceof Leaf.Parameter p)) return;
        for (int i = 0; i < slab.offsets().size(); i++) {
            Node g = root(pack.in(i + 1));
            boolean free = g.op().storage() == Op.Storage.OWN && laid.layout(g).logical();
            if (free && !laid.graph().outputs().containsValue(g))
                inSlab.putIfAbsent(g, new Place.Bound(p.name(), (long) slab.offsets().get(i) * g.type().dtype().bytes));
        }
    }

    /** An update of the weights stands behind every reader of a parameter. */
    private void checkUpdatesAreLast() {
        boolean updated = false;
        for (Step s : laid.steps())
            for (Node n : s.nodes()) {
                boolean reads = n.inputs().stream().anyMatch(in -> root(in).op() instanceof Leaf.Parameter);
                if (updated && reads && !(n.op() instanceof Update))
                    throw new IllegalStateException(n + " stands behind an update of the weights");
                updated |= n.op() instanceof Update.SlabUpdate;
            }
    }

    private Memory.Block block(Node n, int step) {
        return blocks.computeIfAbsent(n, _ -> memory.block(step, laid.layout(n).bytes(n.type())));
    }

    private void keep(Node n, int step) {
        Memory.Block b = blocks.get(root(n));
        if (b != null) b.keepUntil(step);
    }

    /** The node whose memory holds the value: itself, or what it views or updates. */
    private static Node root(Node n) {
        return switch (n.op().storage()) {
            case VIEW, UPDATE -> root(n.in(0));
            case OWN, BOUND -> n;
        };
    }

    private Place place(Node n) {
        Node root = root(n);
        if (root.op() instanceof Leaf.Parameter p) return new Place.Bound(p.name(), 0);
        Place.Bound slab = inSlab.get(root);
        if (slab != null) return slab;
        Memory.Block b = blocks.get(root);
        if (b == null) throw new IllegalStateException(n + " has no place");
        return new Place.Arena(b.offset());
    }
}
