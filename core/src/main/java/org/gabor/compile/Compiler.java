package org.gabor.compile;

import java.util.List;
import org.gabor.graph.Graph;

/** Runs the passes in order: Autocast, Simplify, Fuse, Layouts, Plan. */
public final class Compiler {
    private Compiler() {}

    /**
     * What a backend with these rules has to run for a graph. Needs no backend: plans can be read and tested anywhere.
     */
    public static Plan plan(Graph graph, Rules rules) {
        Graph simple = Simplify.apply(cast(graph, rules));
        List<Step> fused = Fuse.apply(simple, rules.patterns());
        return Planner.apply(Layouts.apply(simple, fused, rules), rules);
    }

    /** What a backend with these rules computes for a graph, operation by operation: the same with its casts to BF16. */
    public static Graph cast(Graph graph, Rules rules) { return Autocast.apply(graph, rules.compute()); }
}
