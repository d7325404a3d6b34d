package org.gabor.compile;

import java.util.HashSet;
import org.gabor.graph.Node;

/**
 * What a step of a plan must do, from its shapes alone.
 *
 * @param flops operations of its convolutions and matrix products, computed directly; a multiply-add is two
 * @param bytes values that it reads and writes, each once
 */
public record Cost(long flops, long bytes) {
    /** The cost of a step. */
    public static Cost of(Plan plan, Step step) {
        long macs = 0, bytes = 0;
        var seen = new HashSet<Node>();
        for (Node n : step.nodes()) {
            macs += n.op().macs(n);
            for (Node in : n.inputs()) if (plan.isStored(in) && seen.add(in)) bytes += in.type().bytes();
            if (plan.isStored(n) && seen.add(n)) bytes += n.type().bytes();
        }
        return new Cost(2 * macs, bytes);
    }

    /** The cost of all steps. */
    public static Cost of(Plan plan) {
        return plan.steps().stream().map(s -> of(plan, s)).reduce(new Cost(0, 0), Cost::plus);
    }

    /** The cost of both. */
    public Cost plus(Cost other) { return new Cost(flops + other.flops, bytes + other.bytes); }
}
