package org.gabor.cpu;

import java.util.Map;
import org.gabor.compile.Plan;
import org.gabor.compile.Plan.Place;
import org.gabor.graph.Layout;
import org.gabor.graph.Node;

/**
 * Where the values of a plan lie.
 *
 * @param plan the plan
 * @param arena address of its arena
 * @param parameters the tensors bound to it
 */
record PlanMemory(Plan plan, long arena, Map<String, CpuTensor> parameters) {
    /** A stored value. */
    Stored at(Node node) {
        Plan.Value v = plan.value(node);
        long base = switch (v.place()) {
            case Place.Arena a -> arena + a.offset();
            case Place.Bound b -> bound(parameters, b).address() + b.offset();
        };
        Layout layout = v.layout();
        long origin = layout.logical() ? 0 : layout.origin(node.shape()) * node.type().dtype().bytes;
        return new Stored(base, base + origin, layout, node.type());
    }

    static CpuTensor bound(Map<String, CpuTensor> parameters, Place.Bound place) {
        CpuTensor t = parameters.get(place.parameter());
        if (t == null) throw new IllegalStateException(place.parameter() + " is not bound");
        return t;
    }
}
