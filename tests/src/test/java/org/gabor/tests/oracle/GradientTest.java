package org.gabor.tests.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gabor.graph.Activation;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Convolution;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Layout;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Pooling;
import org.gabor.graph.Product;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The gradient rule of every differentiable operation against differences of the oracle's own values. */
class GradientTest {
    private static final double STEP = 1e-3;
    private static final double TOLERANCE = 1e-6;
    private static final Window UNEVEN = new Window(3, 2, 2, 1, 1, 0, 2, 1);

    /** An operation on inputs of these shapes, all of which have a gradient; further inputs are constants. */
    private record Check(String name, List<Shape> shapes, Body body) {
        static Check of(Op op, Shape... shapes) {
            return new Check(op.toString(), List.of(shapes), (g, in) -> g.add(op, in));
        }
    }

    private interface Body {
        Node build(Graph g, List<Node> in);
    }

    @TestFactory
    Stream<DynamicTest> gradientsAreWhatDifferencesSay() {
        return checks().stream().map(c -> DynamicTest.dynamicTest(c.name, () -> check(c)));
    }

    private static List<Check> checks() {
        var x = Shape.of(2, 3, 4, 3);
        var checks = new ArrayList<Check>();
        for (Window w : List.of(Window.of(3, 1, 1), Window.of(2, 3, 0), UNEVEN)) {
            Shape filter = Shape.of(2, 3, w.r(), w.s()), y = Shape.of(2, 2, w.p(4), w.q(3));
            checks.add(Check.of(new Convolution.Conv2d(w), x, filter));
            checks.add(Check.of(new Convolution.Conv2dGradX(w, x), y, filter));
            checks.add(Check.of(new Convolution.Conv2dGradW(w), x, y));
        }
        for (boolean a : new boolean[] {false, true})
            for (boolean b : new boolean[] {false, true})
                checks.add(Check.of(new Product.MatMul(a, b), a ? Shape.of(5, 3) : Shape.of(3, 5), b ? Shape.of(4, 5)
                        : Shape.of(5, 4)));
        for (Window w : List.of(Window.of(2, 2, 0), Window.of(3, 2, 1), Window.of(2, 1, 0), Window.of(1, 2, 0))) {
            checks.add(Check.of(new Pooling.MaxPool(w), x));
            checks.add(Check.of(new Pooling.MeanPool(w), x));
            checks.add(Check.of(new Pooling.MeanPoolGrad(w, x), Shape.of(2, 3, w.p(4), w.q(3))));
        }
        checks.add(Check.of(new Pointwise.Add(), x, x));
        checks.add(Check.of(new Pointwise.AddBias(), x, Shape.of(3)));
        checks.add(Check.of(new Pointwise.AddBias(), Shape.of(4, 3), Shape.of(3)));
        checks.add(Check.of(new Pointwise.ChannelSum(), x));
        checks.add(Check.of(new Pointwise.Activate(new Activation.Relu()), x));
        checks.add(Check.of(new Pointwise.Activate(new Activation.Tanh()), x));
        checks.add(new Check("BatchNorm by its own statistics", List.of(x, Shape.of(3), Shape.of(3)), (g, in) -> g.add(
                new Normalization.BatchNorm(1e-3), in.get(0), g.add(new Normalization.BnStats(), in.get(0)), in.get(1),
                in.get(2))));
        checks.add(new Check("BatchNorm by given statistics", List.of(x, Shape.of(3), Shape.of(3)), (g, in) -> g.add(
                new Normalization.BatchNorm(1e-3), in.get(0), g.input("stats", TensorType.f32(2, 3)), in.get(1),
                in.get(2))));
        checks.add(new Check("SoftmaxCrossEntropy", List.of(Shape.of(3, 5)),
                (g, in) -> g.add(new Loss.SoftmaxCrossEntropy(), in.get(0), g.input("labels", TensorType.i32(3)))));
        checks.add(Check.of(new Loss.Softmax(), Shape.of(3, 5)));
        checks.add(Check.of(new Loss.Sum(-0.3), x));
        checks.add(Check.of(new Loss.Expand(x, 0.7), Shape.of(1)));
        checks.add(Check.of(new Movement.Reshape(Shape.of(6, 12)), x));
        checks.add(Check.of(Movement.Slice.of(new int[] {0, 1, 0, 1}, new int[] {2, 3, 4, 3}, new int[] {1, 1, 3, 1}),
                x));
        checks.add(Check.of(new Movement.Pad(List.of(1, 0, 2, 0), List.of(0, 1, 0, 0), List.of(0, 1, 0, 2)), x));
        checks.add(Check.of(new Movement.Convert(Layout.NHWC), x));
        checks.add(new Check("a value read three times", List.of(x),
                (g, in) -> in.get(0).tanh().plus(in.get(0)).plus(in.get(0).relu())));
        return checks;
    }

    private static void check(Check c) {
        var g = new Graph();
        List<Node> inputs = IntStream.range(0, c.shapes.size())
                .mapToObj(i -> g.input("x" + i, new TensorType(c.shapes.get(i), DType.F32))).toList();
        Node y = c.body.build(g, inputs);
        int size = Math.toIntExact(y.shape().size());
        Node weights = g.input("dy", TensorType.f32(size, 1));
        Node loss = y.reshape(Shape.of(1, size)).matmul(weights, false, false).reshape(Shape.of(1));
        List<Node> gradients = Autodiff.gradients(loss, inputs);

        var oracle = Oracle.of(g).feed("dy", values(size, 5));
        for (int i = 0; i < inputs.size(); i++) oracle.feed("x" + i,
                values(Math.toIntExact(c.shapes.get(i).size()), i));
        for (Node n : g.nodes()) {
            if (n.op().equals(new Leaf.Input("stats", n.type()))) oracle.feed("stats", 0.3, -0.2, 0.1, 0.8, 1.1, 2);
            if (n.op().equals(new Leaf.Input("labels", n.type()))) oracle.feed("labels", 1, 4, 0);
        }
        for (int i = 0; i < inputs.size(); i++) compare(oracle, loss, "x" + i, inputs.get(i), gradients.get(i));
    }

    private static void compare(Oracle oracle, Node loss, String name, Node x, Node dx) {
        double[] at = oracle.run().value(x), gradient = oracle.value(dx);
        double largest = IntStream.range(0, at.length).mapToDouble(i -> Math.abs(gradient[i])).max().orElseThrow();
        assertThat(largest).as("the gradient of %s is not all zeros", name).isPositive();
        for (int i = 0; i < at.length; i++) {
            double difference = difference(oracle, loss, name, at, i);
            // an absolute part a thousand times smaller, for elements whose differences cancel
            assertThat(Math.abs(difference - gradient[i])).as("d loss / d %s[%d] = %s, difference %s", name, i,
                    gradient[i], difference)
                    .isLessThanOrEqualTo(TOLERANCE * (Math.abs(gradient[i]) + 1e-3 * largest));
        }
        oracle.feed(name, at);
    }

    /** The central difference of fourth order: its error is of the order of STEP^4. */
    private static double difference(Oracle oracle, Node loss, String name, double[] at, int i) {
        double sum = 0;
        double[] weights = {1, -8, 8, -1}, steps = {-2, -1, 1, 2};
        for (int k = 0; k < 4; k++) {
            double[] moved = at.clone();
            moved[i] += steps[k] * STEP;
            sum += weights[k] * oracle.feed(name, moved).run().value(loss)[0];
        }
        return sum / (12 * STEP);
    }

    /** Distinct values 0.018 from zero and 0.05 from each other or more, so that no step crosses a kink of ReLU or max. */
    private static double[] values(int size, int seed) {
        return IntStream.range(0, size).mapToDouble(i -> ((i * 37 + 11 + 29 * seed) % 101 - 50
                + 0.37) * 0.05).toArray();
    }
}
