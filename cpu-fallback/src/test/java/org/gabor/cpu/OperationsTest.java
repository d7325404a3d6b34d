package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.gabor.compile.Compiler;
import org.gabor.compile.Step;
import org.gabor.graph.Activation;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.Lrn;
import org.gabor.graph.Pointwise.Dropout;
import org.gabor.graph.Pooling.AdaptivePool;
import org.gabor.graph.Pooling.Kind;
import org.gabor.graph.Pooling.MeanPool;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.UpdateRule;
import org.gabor.graph.Window;
import org.gabor.spi.Backend;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations of all families in one graph: squeeze-excite, groups, dilation, transposed convolution, a loss a pixel. */
class OperationsTest {
    private static final int CLASSES = 5, WARM = 400, RUNS = 50;

    @AutoClose
    private final CpuBackend one = new CpuBackend(1);

    private final Graph g = new Graph();
    private final List<Node> weights = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {3, 16, 32})
    void givesTheSameBitsForAnyNumberOfThreads(int batch) {
        network(batch);
        Map<String, float[]> expected = run(one);
        assertThat(Named.get(expected, "loss")[0]).isPositive().isFinite();
        for (int threads : new int[] {2, 3, 7}) {
            try (var backend = new CpuBackend(threads)) {
                run(backend).forEach((name, v) -> assertThat(v).as("%s with %d threads", name, threads)
                        .isEqualTo(Named.get(expected, name)));
            }
        }
    }

    @Test
    void stepsAreFusedByRule() {
        network(16);
        assertThat(Compiler.plan(g, one.rules()).steps()).extracting(Step::label).contains(
                "Conv2d + AddBias + silu", "Conv2d + AddBias + sigmoid", "Conv2dGradX + AddBias + relu + Dropout",
                "MeanPool + leakyrelu", "Conv2d + AddBias + Add + relu");
    }

    /** A collector that ran in between would not be seen; a step that allocates for every kernel would. */
    @Test
    void runningAllocatesNothing() {
        network(16);
        try (Executable step = prepared(one)) {
            var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE;
            for (int i = 0; i < WARM + RUNS; i++) {
                long before = thread.getCurrentThreadAllocatedBytes();
                step.run();
                least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isZero();
        }
    }

    private void network(int n) {
        Node x = g.input("x", TensorType.f32(n, 3, 12, 10)), labels = g.input("labels", TensorType.i32(n, 12, 10));
        Node seed = g.input("seed", TensorType.i32(2)), epoch = g.input("epoch", TensorType.i32(1));
        Node step = g.input("step", TensorType.i32(1)), lr = g.input("lr", TensorType.f32(1));

        Node y = conv(x, 8, Window.of(3, 1, 1), 1).activate(new Activation.Silu());
        Node gate = conv(g.add(new AdaptivePool(Kind.MEAN, 1, 1), y), 8, Window.of(1, 1, 0), 1);
        y = y.times(gate.activate(new Activation.Sigmoid()));
        y = conv(y, 8, new Window(3, 3, 2, 2, 2, 1, 1, 1).dilation(2, 1), 8).plus(
                g.add(new MeanPool(Window.of(3, 2, 1), false), y).activate(new Activation.LeakyRelu(0.1))).relu();
        y = g.add(new Lrn(3, 0.1, 0.75, 1), y).activate(new Activation.Gelu());
        Node filters = weight(8, 4, 4, 4);
        y = g.add(new Conv2dGradX(Window.of(4, 2, 1), 1, Shape.of(n, 4, 12, 10)), y, filters).addBias(weight(4)).relu();
        y = g.add(new Dropout(0.25, 7), y, seed, step, epoch);
        Node tall = x.maxPool(new Window(3, 1, 1, 1, 0, 0, 0, 0));
        y = g.add(new Movement.Concat(1), y, g.add(new Movement.PadReflect(1, 0, 1, 0), tall));
        Node scores = conv(y, CLASSES, Window.of(1, 1, 0), 1);
        Node loss = new CrossEntropy(0.1, OptionalInt.of(1), List.of(1.0, 2.0, 0.5, 1.0, 1.0)).mean(scores, labels);
        g.output("loss", loss);

        TensorType slab = TensorType.f32(weights.stream().mapToInt(w -> (int) w.shape().size()).sum());
        var packed = new ArrayList<>(List.of(g.parameter("gradients", slab)));
        packed.addAll(Autodiff.gradients(loss, weights));
        var offsets = new ArrayList<Integer>();
        int offset = 0;
        for (Node w : weights) {
            offsets.add(offset);
            offset += (int) w.shape().size();
        }
        Node guard = g.parameter("guard", Update.GUARD), gradients = g.add(new Update.PackSlab(offsets), packed);
        guard = g.add(new Update.FiniteGuard(), guard, step, loss, gradients);
        gradients = g.add(new Update.ClipNorm(0.5), gradients, guard);
        var rule = new UpdateRule.Adam(0.9, 0.999, 1e-8, true);
        g.add(new Update.SlabUpdate(rule, List.of(new Update.Group("all", 0, offset, 0.01))), g.parameter("slab", slab),
                gradients, lr, step, guard, g.parameter("m", slab), g.parameter("v", slab));
    }

    private Node conv(Node x, int filters, Window window, int groups) {
        Node w = weight(filters, x.shape().c() / groups, window.r(), window.s());
        return x.conv2d(w, window, groups).addBias(weight(filters));
    }

    private Node weight(int... dims) {
        Node w = g.parameter("w" + weights.size(), TensorType.f32(dims));
        weights.add(w);
        return w;
    }

    /** Loss and parameters after a step. */
    private Map<String, float[]> run(Backend backend) {
        var parameters = parameters(backend);
        var after = new LinkedHashMap<String, float[]>();
        try (Executable step = backend.compile(Compiler.plan(g, backend.rules()), parameters)) {
            fill(step.inputs());
            step.run();
            after.put("loss", Named.get(step.outputs(), "loss").floats());
            parameters.forEach((name, t) -> {
                if (t.type().dtype() == DType.F32) after.put(name, t.floats());
            });
            assertThat(Named.get(parameters, "guard").ints()).containsExactly(0, 0);
        }
        return after;
    }

    private Executable prepared(Backend backend) {
        Executable step = backend.compile(Compiler.plan(g, backend.rules()), parameters(backend));
        fill(step.inputs());
        return step;
    }

    private Map<String, Tensor> parameters(Backend backend) {
        var parameters = new LinkedHashMap<String, Tensor>();
        for (Node n : g.nodes())
            if (n.op() instanceof Leaf.Parameter p) {
                parameters.put(p.name(), backend.allocate(n.type()));
                if (p.name().startsWith("w")) fill(Map.of(p.name(), Named.get(parameters, p.name())));
            }
        return parameters;
    }

    private static void fill(Map<String, Tensor> tensors) {
        var random = new Random(17);
        tensors.forEach((name, t) -> {
            int size = (int) t.type().shape().size();
            if (t.type().dtype() == DType.I32) {
                t.set(random.ints(size, 0, CLASSES).toArray());
            } else {
                var values = new float[size];
                for (int i = 0; i < size; i++) values[i] = (float) random.nextGaussian() / 4;
                t.set(values);
            }
        });
    }
}
