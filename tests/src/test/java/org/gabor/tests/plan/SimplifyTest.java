package org.gabor.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf.Fill;
import org.gabor.graph.Loss.Expand;
import org.gabor.graph.Movement.Reshape;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.junit.jupiter.api.Test;

/** Simplify drops and merges, and nothing else. */
class SimplifyTest {
    private final Graph g = new Graph();
    private final Node x = g.input("x", TensorType.f32(2, 6)), z = g.input("z", TensorType.f32(2, 6));

    private Plan plan() { return Compiler.plan(g, MadeUpRules.PLAIN); }

    private List<String> steps() { return plan().steps().stream().map(s -> s.label()).toList(); }

    @Test
    void whatNobodyReadsIsNotComputed() {
        x.tanh().plus(z);
        g.output("y", x.relu());
        assertThat(steps()).containsExactly("relu");
        assertThat(plan().inputs()).containsOnlyKeys("x");
    }

    @Test
    void equalExpressionsAreComputedOnce() {
        g.output("y", x.plus(z).relu()).output("same", x.plus(z).relu()).output("other", z.plus(x));
        assertThat(steps()).containsExactly("Add", "relu", "Add");
        Plan plan = plan();
        assertThat(plan.outputs().get("y")).isSameAs(plan.outputs().get("same"));
    }

    @Test
    void updatesAreNeverMergedOrDropped() {
        Node total = g.parameter("total", TensorType.f32(1)), one = g.input("one", TensorType.f32(1));
        Node guard = g.parameter("guard", Update.GUARD);
        g.add(new Update.Accumulate(), total, one, guard);
        g.add(new Update.Accumulate(), total, one, guard);
        assertThat(steps()).containsExactly("Accumulate", "Accumulate");
    }

    @Test
    void reshapesOfReshapesAreOneAndIdentitiesNone() {
        g.output("y", x.relu().reshape(Shape.of(3, 4)).reshape(Shape.of(12)).reshape(Shape.of(4, 3)));
        g.output("z", z.relu().reshape(Shape.of(12)).reshape(Shape.of(2, 6)).reshape(Shape.of(2, 6)));
        Plan plan = plan();
        assertThat(plan.values().keySet().stream().filter(n -> n.op() instanceof Reshape)).hasSize(1);
    }

    @Test
    void constantsAreFolded() {
        g.output("y", g.add(new Expand(Shape.of(2, 6), 0.5), g.add(new Fill(TensorType.f32(1), 3))).plus(x));
        Plan plan = plan();
        assertThat(steps()).containsExactly("Fill", "Add");
        assertThat(plan.steps().getFirst().head().op()).isEqualTo(new Fill(TensorType.f32(2, 6), 1.5));
    }
}
