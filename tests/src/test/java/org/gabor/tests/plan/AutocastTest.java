package org.gabor.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.gabor.compile.Compiler;
import org.gabor.compile.Pattern;
import org.gabor.compile.Rules;
import org.gabor.compile.Step;
import org.gabor.graph.Convolution;
import org.gabor.graph.Custom;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Layout;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Product;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.models.Models;
import org.gabor.optim.Sgd;
import org.gabor.tests.Case;
import org.gabor.tests.Cases;
import org.gabor.train.LearningRule;
import org.gabor.train.Scaling;
import org.gabor.train.TrainingGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where casts to BF16 are put, in the graph of every case of every operation and in whole training steps. */
class AutocastTest {
    /** Rules of a backend that computes in BF16, and has nothing else special. */
    private record Half(Rules plain) implements Rules {
        @Override
        public DType compute() { return DType.BF16; }

        @Override
        public List<Pattern> patterns() { return plain.patterns(); }

        @Override
        public Signature signature(Node node, List<Layout> inputs) { return plain.signature(node, inputs); }

        @Override
        public int halo(Node node, int input) { return plain.halo(node, input); }

        @Override
        public long workspace(Step step, Map<Node, Layout> layouts) { return plain.workspace(step, layouts); }

        @Override
        public int alignment() { return plain.alignment(); }
    }

    private static final Rules HALF = new Half(MadeUpRules.PLAIN);

    private static final List<Graph> GRAPHS = Cases.all().stream().filter(c -> !c.types().contains(DType.BF16)).map(Case::build)
            .map(Case.Built::graph).toList();

    private static Stream<Graph> graphs() { return GRAPHS.stream(); }

    @Test
    void convolutionsAndProductsTakeBf16AndUpdatesLossesAndTheUsersOperationsNever() {
        graphs().forEach(g -> Compiler.cast(g, HALF).nodes().forEach(AutocastTest::checkOperands));
    }

    private static void checkOperands(Node n) {
        List<DType> types = n.inputs().stream().map(x -> x.type().dtype()).toList();
        switch (n.op()) {
            case Convolution _,Product _ -> assertThat(types).as("%s", n).containsOnly(DType.BF16);
            case Update _,Loss _,Custom _ -> {
                assertThat(types).as("%s", n).doesNotContain(DType.BF16);
                assertThat(n.type().dtype()).as("%s", n).isNotEqualTo(DType.BF16);
            }
            case Normalization.BnStats _,Normalization.BnGradSums _,Pointwise.ChannelSum _ ->
                    assertThat(n.type().dtype()).as("%s", n).isEqualTo(DType.F32);
            case Normalization.BatchNorm _ ->
                    assertThat(types.subList(1, types.size())).as("%s", n).containsOnly(DType.F32);
            default -> {}
        }
    }

    @Test
    void inputsParametersAndOutputsKeepTheirTypes() {
        graphs().forEach(g -> {
            Graph cast = Compiler.cast(g, HALF);
            assertThat(leaves(cast)).isEqualTo(leaves(g));
            assertThat(cast.outputs()).hasSameSizeAs(g.outputs())
                    .allSatisfy((name, n) -> assertThat(n.type()).isEqualTo(type(g, name)));
        });
    }

    private static TensorType type(Graph g, String output) { return Objects.requireNonNull(g.outputs().get(output)).type(); }

    private static Map<Op, TensorType> leaves(Graph g) {
        var leaves = new HashMap<Op, TensorType>();
        for (Node n : g.nodes()) if (n.op() instanceof Leaf) leaves.put(n.op(), n.type());
        return leaves;
    }

    @Test
    void aValueIsCastOnceAndNoCastIsCastBack() {
        graphs().forEach(g -> {
            Set<Node> cast = new HashSet<>();
            for (Node n : Compiler.cast(g, HALF).nodes())
                if (n.op() instanceof Pointwise.Cast) {
                    assertThat(cast.add(n.in(0))).as("%s is cast twice", n.in(0)).isTrue();
                    assertThat(n.in(0).op()).as("%s", n).isNotInstanceOf(Pointwise.Cast.class);
                }
        });
    }

    /** The casts are all that is new. */
    @Test
    void withoutCastsTheGraphIsAsItWas() {
        graphs().forEach(g -> assertThat(ops(Compiler.cast(g, HALF))).isEqualTo(ops(g)));
    }

    private static List<Op> ops(Graph g) {
        return g.nodes().stream().map(Node::op).filter(op -> !(op instanceof Pointwise.Cast)).toList();
    }

    @Test
    void whereNothingIsConvolvedOrMultipliedNothingIsCast() {
        assertThat(graphs().filter(g -> g.nodes().stream()
                .noneMatch(n -> n.op() instanceof Convolution || n.op() instanceof Product))).isNotEmpty()
                .allSatisfy(g -> assertThat(Compiler.cast(g, HALF).nodes()).hasSameSizeAs(g.nodes()));
    }

    @Test
    void aBackendThatComputesInF32GetsTheGraphItself() {
        graphs().limit(5).forEach(g -> assertThat(Compiler.cast(g, MadeUpRules.PLAIN)).isSameAs(g));
    }

    /** Weights, their optimizer state, statistics and totals are bound as F32; what is convolved is half as large. */
    @ParameterizedTest
    @ValueSource(strings = {"lenet5", "resnet20"})
    void aTrainingStepHoldsItsParametersInF32AndItsActivationsInBf16(String model) {
        var step = TrainingGraph.of(Models.builder(model).build(), Scaling.unit(model.equals("lenet5") ? 1 : 3),
                LearningRule.of(Sgd.lr(0.1).momentum(0.9)), 4).graph();
        Graph cast = Compiler.cast(step, HALF);
        cast.nodes().forEach(AutocastTest::checkOperands);
        assertThat(leaves(cast)).isEqualTo(leaves(step));
        assertThat(cast.nodes()).filteredOn(n -> n.op() instanceof Pointwise.Activate).isNotEmpty()
                .allSatisfy(n -> assertThat(n.type().dtype()).isEqualTo(DType.BF16));
        assertThat(cast.nodes()).filteredOn(n -> n.op() instanceof Update)
                .allSatisfy(n -> assertThat(n.type().dtype()).isNotEqualTo(DType.BF16));
    }
}
