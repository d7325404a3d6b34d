package org.gabor.cuda;

import java.util.Map;
import org.gabor.compile.Plan;
import org.gabor.compile.Plan.Place;
import org.gabor.graph.Node;

/**
 * Where the values of a plan lie.
 *
 * @param plan the plan
 * @param arena address of its arena
 * @param parameters addresses of the tensors bound to it, by name
 */
record PlanMemory(Plan plan, long arena, Map<String, Long> parameters) {
    /** A stored value. */
    Stored at(Node node) {
        Plan.Value v = plan.value(node);
        long address = switch (v.place()) {
            case Place.Arena a -> arena + a.offset();
            case Place.Bound b -> bound(b.parameter()) + b.offset();
        };
        return new Stored(address, v.layout(), node.type());
    }

    private long bound(String parameter) {
        Long address = parameters.get(parameter);
        if (address == null) throw new IllegalStateException(parameter + " is not bound");
        return address;
    }
}
