package org.gabor.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.compile.Step;
import org.gabor.graph.Graph;
import org.gabor.graph.Layout;
import org.gabor.graph.Movement.Convert;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.UpdateRule;
import org.gabor.graph.Window;
import org.junit.jupiter.api.Test;

/** Layouts converts where it must, once, and gives each value the halo that its readers need. */
class LayoutsTest {
    private final Graph g = new Graph();
    private final Node x = g.input("x", TensorType.f32(2, 3, 8, 8));
    private final Node w = g.parameter("w", TensorType.f32(4, 3, 3, 3));
    private final Node v = g.parameter("v", TensorType.f32(4, 4, 3, 3));
    private final Node u = g.parameter("u", TensorType.f32(4, 4, 5, 5));

    private Plan plan() { return Compiler.plan(g, MadeUpRules.CHANNELS_LAST); }

    private static List<Node> converts(Plan plan) {
        return plan.steps().stream().map(Step::head).filter(n -> n.op() instanceof Convert).toList();
    }

    @Test
    void imagesAreConvertedOnceHoweverManyReadThem() {
        g.output("y", x.conv2d(w, Window.of(3, 1, 1)).flatten()).output("z", x.conv2d(w, Window.of(3, 2, 1)).flatten());
        g.output("max", x.maxPool(Window.of(2, 2, 0)).flatten());
        assertThat(converts(plan())).filteredOn(n -> n.op().equals(new Convert(Layout.NHWC))).hasSize(1);
    }

    @Test
    void outputsAreDenseAndConvertedOnce() {
        Node y = x.conv2d(w, Window.of(3, 1, 1)).relu();
        g.output("y", y).output("same", y).output("flat", y.flatten());
        Plan plan = plan();
        assertThat(converts(plan)).filteredOn(n -> n.op().equals(new Convert(Layout.LOGICAL))).hasSize(1);
        assertThat(plan.outputs().values()).allMatch(n -> plan.value(n).layout().logical());
    }

    @Test
    void noConversionBetweenStepsThatAgree() {
        Node y = x.conv2d(w, Window.of(3, 1, 1)).relu().conv2d(v, Window.of(3, 1, 0)).maxPool(Window.of(2, 2, 0));
        g.output("y", y);
        assertThat(converts(plan())).extracting(Node::op).containsExactly(new Convert(Layout.NHWC),
                new Convert(Layout.LOGICAL));
    }

    @Test
    void aValueOfOnePixelOrOneChannelIsTheSameInBothLayouts() {
        Node y = x.conv2d(w, Window.of(3, 1, 1)).meanPool(Window.of(8, 1, 0));
        g.output("y", y.flatten());
        assertThat(converts(plan())).extracting(Node::op).containsExactly(new Convert(Layout.NHWC));
    }

    @Test
    void theHaloIsTheLargestOfAllReaders() {
        Node y = x.conv2d(w, Window.of(3, 1, 0)).relu();
        g.output("small", y.conv2d(v, Window.of(3, 1, 1)).flatten()).output("large",
                y.conv2d(u, Window.of(5, 1, 2)).flatten());
        g.output("max", y.maxPool(Window.of(2, 2, 0)).flatten());
        Plan plan = plan();
        Node relu = plan.steps().stream().map(Step::result).filter(n -> n.op().label().equals("relu")).findFirst()
                .orElseThrow();
        assertThat(plan.value(relu).layout()).isEqualTo(Layout.NHWC.withHalo(2));
        assertThat(plan.value(relu).bytes()).isEqualTo(4L * 2 * 4 * (6 + 4) * (6 + 4));
    }

    @Test
    void anImageMayBeReadInAStepThatUpdatesWeights() {
        g.output("image", x.conv2d(w, Window.of(3, 1, 1)));
        TensorType slab = TensorType.f32(16);
        var update = new Update.SlabUpdate(new UpdateRule.Sgd(0, 0, false), List.of(new Update.Group("all", 0, 16, 0)));
        g.add(update, g.parameter("weights", slab), g.parameter("gradients", slab), g.input("lr", TensorType.f32(1)),
                g.input("step", TensorType.i32(1)), g.parameter("guard", Update.GUARD));
        assertThat(plan().outputs()).containsKey("image");
    }
}
