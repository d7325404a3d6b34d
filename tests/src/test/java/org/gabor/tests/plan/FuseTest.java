package org.gabor.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.compile.Step;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnStats;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.Update.RunningUpdate;
import org.gabor.graph.Window;
import org.junit.jupiter.api.Test;

/** Fuse groups what may run together, and keeps the order of all readers. */
class FuseTest {
    private final Graph g = new Graph();
    private final Node x = g.input("x", TensorType.f32(2, 3, 8, 8));
    private final Node w = g.parameter("w", TensorType.f32(4, 3, 3, 3)), b = g.parameter("b", TensorType.f32(4));
    private final Node conv = x.conv2d(w, Window.of(3, 1, 1));

    private Plan plan() { return Compiler.plan(g, MadeUpRules.FUSING); }

    private List<String> steps() { return plan().steps().stream().map(Step::label).toList(); }

    @Test
    void chainIsOneStepAndItsInnerValuesAreNotStored() {
        g.output("y", conv.addBias(b).relu());
        assertThat(steps()).containsExactly("Conv2d + AddBias + relu");
        Plan plan = plan();
        assertThat(plan.steps().getFirst().nodes()).filteredOn(plan::isStored).containsExactly(plan.outputs().get("y"));
    }

    @Test
    void anInnerValueThatIsNamedIsStored() {
        Node sum = conv.addBias(b);
        g.output("sum", sum).output("y", sum.relu());
        Plan plan = plan();
        assertThat(steps()).containsExactly("Conv2d + AddBias + relu");
        assertThat(plan.steps().getFirst().nodes()).filteredOn(plan::isStored)
                .containsExactly(plan.outputs().get("sum"), plan.outputs().get("y"));
    }

    @Test
    void anInnerValueThatAnotherStepReadsIsStoredAndReadAfterIt() {
        Node sum = conv.addBias(b), relu = sum.relu();
        g.output("y", relu).output("max", sum.maxPool(Window.of(2, 2, 0)));
        Plan plan = plan();
        assertThat(steps()).containsExactly("Conv2d + AddBias + relu", "MaxPool");
        assertThat(plan.isStored(plan.steps().get(1).head().in(0))).isTrue();
    }

    @Test
    void aGroupDoesNotRunAfterAReaderOfItsInnerValue() {
        Node sum = conv.addBias(b), max = sum.maxPool(Window.of(2, 2, 0));
        g.output("max", max).output("y", sum.relu());
        assertThat(steps()).containsExactly("Conv2d + AddBias", "MaxPool", "relu");
    }

    @Test
    void aValueReadTwiceBelongsToOneGroupOnly() {
        g.output("y", conv.relu()).output("z", conv.addBias(b));
        assertThat(steps()).containsExactlyInAnyOrder("Conv2d + relu", "AddBias");
    }

    @Test
    void aChainThatIsTheBiasOfAnotherValueEndsThere() {
        g.output("y", x.addBias(g.parameter("c", TensorType.f32(3)).relu()));
        assertThat(steps()).containsExactly("relu", "AddBias");
    }

    @Test
    void aGroupDoesNotRunAfterAnUpdateOfWhatItReads() {
        Node running = g.parameter("running", TensorType.f32(2, 3)), guard = g.parameter("guard", Update.GUARD);
        Node scale = g.parameter("scale", TensorType.f32(3));
        Node y = g.add(new BatchNorm(1e-5), x, running, scale, scale);
        g.add(new RunningUpdate(0.1, 128), running, g.add(new BnStats(), x), guard);
        g.output("y", y.relu());
        assertThat(steps()).containsSubsequence("BatchNorm", "RunningUpdate");
    }
}
