package org.gabor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.junit.jupiter.api.Test;

/** Elementwise operations become as few kernels as can be, and such that read vectors where they may. */
class ChainTest {
    @Test
    void aChainIsOneKernel() {
        assertThat(launches(Shape.of(1000, 16), 3)).extracting(Launch::kernel).containsExactly("pointwise_wide");
        assertThat(launches(Shape.of(1000, 16), 3).getFirst().grid()).isEqualTo(new Launch.Grid(8, 1, 1));
    }

    @Test
    void whatIsAsLongAsItsOperandsIsReadInVectorsWhateverItsLength() {
        assertThat(launches(Shape.of(7, 9), 3)).extracting(Launch::kernel).containsExactly("pointwise_wide");
    }

    @Test
    void aBiasOfSevenIsReadOneByOne() {
        var graph = new Graph();
        Node x = graph.input("x", TensorType.f32(6, 7)), b = graph.input("b", TensorType.f32(7));
        graph.output("y", x.addBias(b).relu());
        assertThat(launches(graph)).extracting(Launch::kernel).containsExactly("pointwise_narrow");
    }

    @Test
    void aChainTooLongForAKernelIsCut() {
        List<Launch> launches = launches(Shape.of(7, 9), 70);
        assertThat(launches).hasSize(3).allMatch(l -> l.kernel().equals("pointwise_wide"));
    }

    private static List<Launch> launches(Shape shape, int terms) {
        var graph = new Graph();
        List<Node> x = IntStream.range(0, terms).mapToObj(i -> graph.input("x" + i, new TensorType(shape, DType.F32))).toList();
        graph.output("y", x.stream().reduce(Node::plus).orElseThrow().relu());
        return launches(graph);
    }

    private static List<Launch> launches(Graph graph) {
        var none = new Convolutions() {
            @Override
            public Problem solvable(Problem problem) { throw new AssertionError("there is no convolution"); }

            @Override
            public long workspace(Problem problem) { throw new AssertionError("there is no convolution"); }
        };
        Plan plan = Compiler.plan(graph, new CudaRules(none, DType.F32));
        var memory = new PlanMemory(plan, 1 << 20, Map.of());
        var launches = new ArrayList<Launch>();
        plan.steps().forEach(s -> new CudaLowering(memory, _ -> 0, none, s).lower().forEach(w -> launches.add((Launch) w)));
        return launches;
    }
}
