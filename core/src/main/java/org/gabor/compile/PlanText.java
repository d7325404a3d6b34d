package org.gabor.compile;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.gabor.graph.Node;
import org.gabor.io.TextTable;

/** A plan as text for people: its steps in order, where each result lies, and what memory that takes. */
public final class PlanText {
    private static final List<String> LEGEND = List.of(
            "step       what runs, in this order; operations joined by + run as one",
            "layer      where in the network the operation belongs; gradients belong to the layer they are taken of",
            "layout     dense: in logical order; else the order of axes in memory, 16n: in blocks of 16 images, +2: in a"
                    + " border of 2 zeros",
            "place      arena: bytes from the start of the plan's own memory; others: a parameter, and bytes from its start",
            "scratch    memory of the arena that the step needs while it runs");

    private PlanText() {}

    /** The text of a plan. The same plan gives the same text. */
    public static String of(Plan plan) {
        var table = new TextTable(List.of(">step", "layer", "operation", "result", "layout", "place", ">bytes", ">scratch"));
        plan.inputs().forEach((name, node) -> table.row("", node.path(), "input " + name, node.type(),
                plan.value(node).layout(), place(plan.value(node)), count(plan.value(node).bytes()), ""));
        int number = 0;
        for (Step step : plan.steps()) {
            number++;
            for (Node n : step.nodes()) {
                boolean last = n.equals(step.result());
                if (!last && !plan.isStored(n)) continue;
                Plan.Value v = plan.value(n);
                table.row(last ? number : "", last ? layers(step) : n.path(), last ? step.label() : "  result of " + n.op().label(), n.type(),
                        v.layout(), place(v), count(v.bytes()), last && step.workspaceBytes() > 0 ? count(step.workspaceBytes()) : "");
            }
        }
        var text = new StringBuilder();
        text.append(plan.steps().size()).append(" steps, arena ").append(count(plan.arenaBytes()))
                .append(" bytes; at one step ").append(count(plan.liveBytes())).append(" are in use at once")
                .append(plan.arenaBytes() == plan.liveBytes() ? ", so none is wasted\n\n"
                        : String.format(Locale.ROOT, ": %.1f %% more than needed\n\n", 100.0 * plan.arenaBytes() / plan.liveBytes() - 100));
        text.append(table.text()).append('\n');
        plan.outputs().forEach((name, node) -> text.append("output ").append(name).append(": ").append(node.type())
                .append(" in ").append(place(plan.value(node))).append('\n'));
        text.append('\n');
        LEGEND.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** The layers of all members, without repetitions. */
    private static String layers(Step step) {
        return step.nodes().stream().map(Node::path).distinct().collect(Collectors.joining(" + "));
    }

    private static String place(Plan.Value value) {
        return switch (value.place()) {
            case Plan.Place.Arena a -> "arena +" + count(a.offset());
            case Plan.Place.Bound b -> b.parameter() + (b.offset() == 0 ? "" : " +" + count(b.offset()));
        };
    }

    private static String count(long n) { return String.format(Locale.ROOT, "%,d", n); }
}
