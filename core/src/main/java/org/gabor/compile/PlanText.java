package org.gabor.compile;

import java.util.List;
import java.util.Locale;
import org.gabor.graph.Node;
import org.gabor.io.TextTable;

/** A plan as text for people: its steps in order, where each result lies, and what memory that takes. */
public final class PlanText {
    private static final List<String> COLUMNS = List.of(">step", "layer", "operation", "result", "layout", "place",
            ">bytes", ">scratch");
    private static final String LEGEND = """
            step     what runs, in this order; operations joined by + run as one; kept: a result within a
                     step that a later one reads
            layer    where in the network an operation belongs; gradients belong to the layer they are taken of
            layout   dense: in logical order; else the order of axes in memory, 16n: in blocks of 16 images,
                     +2: in a border of 2 zeros
            place    arena: bytes from the start of the plan's own memory; others: a parameter, and bytes from its start
            scratch  memory of the arena that the step needs while it runs
            """;

    private PlanText() {}

    /** The text of a plan. The same plan gives the same text. */
    public static String of(Plan plan) {
        var text = new StringBuilder(memory(plan)).append("\n\n").append(steps(plan).text()).append('\n');
        plan.outputs().forEach((name, node) -> text.append("output ").append(name).append(": ").append(node.type())
                .append(" in ").append(place(plan.value(node))).append('\n'));
        return text.append('\n').append(LEGEND).toString();
    }

    private static String memory(Plan plan) {
        long arena = plan.arenaBytes(), live = plan.liveBytes();
        return plan.steps().size() + " steps, arena " + count(arena) + " bytes; at one step " + count(live)
                + " are in use at once" + (arena == live ? ", so none is wasted"
                        : String.format(Locale.ROOT, ": %.1f %% more than needed", 100.0 * arena / live - 100));
    }

    private static TextTable steps(Plan plan) {
        var table = new TextTable(COLUMNS);
        plan.inputs().values().forEach(in -> row(table, "", in.path(), in.op().toString(), plan, in, 0));
        int number = 0;
        for (Step step : plan.steps()) {
            for (Node n : step.nodes().subList(0, step.nodes().size() - 1))
                if (plan.isStored(n)) row(table, "", n.path(), "kept: " + n.op().label(), plan, n, 0);
            row(table, ++number, step.layers(), step.label(), plan, step.result(), step.workspaceBytes());
        }
        return table;
    }

    private static void row(TextTable table, Object number, String layer, String operation, Plan plan, Node n,
            long scratch) {
        Plan.Value v = plan.value(n);
        table.row(number, layer, operation, n.type(), v.layout(), place(v), count(v.bytes()),
                scratch == 0 ? "" : count(scratch));
    }

    private static String place(Plan.Value value) {
        return switch (value.place()) {
            case Plan.Place.Arena a -> "arena +" + count(a.offset());
            case Plan.Place.Bound b -> b.parameter() + (b.offset() == 0 ? "" : " +" + count(b.offset()));
        };
    }

    private static String count(long n) { return String.format(Locale.ROOT, "%,d", n); }
}
