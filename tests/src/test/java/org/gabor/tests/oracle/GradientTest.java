package org.gabor.tests.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gabor.graph.Activation;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Convolution;
import org.gabor.graph.Criterion;
import org.gabor.graph.Criterion.CrossEntropy;
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
    private static final Window UNEVEN = new Window(3, 2, 2, 1, 1, 0, 2, 1);

    private static final Shape X = Shape.of(2, 3, 4, 3);
    /** Every way in which a dimension of 1 may stand against those of X. */
    private static final List<Shape> BROADCAST = IntStream.range(0, 16).mapToObj(ones -> {
        int[] dims = X.dims();
        for (int axis = 0; axis < 4; axis++) if ((ones >> axis & 1) == 1) dims[axis] = 1;
        return Shape.of(dims);
    }).toList();

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
        return checks().map(c -> DynamicTest.dynamicTest(c.name, () -> check(c)));
    }

    private static Stream<Check> checks() {
        return Stream.of(convolutions(), products(), poolings(), pointwise(), activations(), normalizations(), losses(),
                movements(), networks()).flatMap(List::stream);
    }

    private static List<Check> convolutions() {
        var checks = new ArrayList<Check>();
        Window dilated = new Window(2, 3, 1, 2, 1, 2, 0, 2).dilation(2, 1);
        for (int groups : new int[] {1, 2, 4})
            for (Window w : List.of(Window.of(3, 1, 1), Window.of(2, 3, 0), UNEVEN, dilated, Window.of(1, 1, 0))) {
                Shape x = Shape.of(2, 4, 4, 3), filter = Shape.of(8, 4 / groups, w.r(), w.s());
                Shape y = Shape.of(2, 8, w.p(4), w.q(3));
                checks.add(Check.of(new Convolution.Conv2d(w, groups), x, filter));
                checks.add(Check.of(new Convolution.Conv2dGradX(w, groups, x), y, filter));
                checks.add(Check.of(new Convolution.Conv2dGradW(w, groups), x, y));
            }
        return checks;
    }

    private static List<Check> products() {
        var checks = new ArrayList<Check>();
        for (boolean a : new boolean[] {false, true})
            for (boolean b : new boolean[] {false, true})
                checks.add(Check.of(new Product.MatMul(a, b), a ? Shape.of(5, 3) : Shape.of(3, 5),
                        b ? Shape.of(4, 5) : Shape.of(5, 4)));
        return checks;
    }

    private static List<Check> poolings() {
        var checks = new ArrayList<Check>();
        for (Window w : List.of(Window.of(2, 2, 0), Window.of(3, 2, 1), Window.of(2, 1, 0), Window.of(1, 2, 0),
                Window.of(2, 2, 0).ceilMode(), Window.of(3, 2, 1).ceilMode(), new Window(3, 2, 2, 3, 1, 0, 1, 1))) {
            checks.add(Check.of(new Pooling.MaxPool(w), X));
            for (boolean padding : new boolean[] {true, false}) {
                checks.add(Check.of(new Pooling.MeanPool(w, padding), X));
                checks.add(Check.of(new Pooling.MeanPoolGrad(w, padding, X), Shape.of(2, 3, w.p(4), w.q(3))));
            }
        }
        checks.add(Check.of(new Pooling.MaxPool(Window.of(2, 1, 0).dilation(2, 1)), X));
        checks.add(Check.of(new Pooling.MaxPool(Window.of(2, 2, 1).dilation(1, 2).ceilMode()), X));
        for (Pooling.Kind kind : Pooling.Kind.values())
            for (int[] size : new int[][] {{1, 1}, {3, 2}, {4, 3}, {5, 7}})
                checks.add(Check.of(new Pooling.AdaptivePool(kind, size[0], size[1]), X));
        return checks;
    }

    private static List<Check> pointwise() {
        var checks = new ArrayList<Check>();
        for (Shape other : BROADCAST) {
            checks.add(Check.of(new Pointwise.Add(), X, other));
            checks.add(Check.of(new Pointwise.Mul(), X, other));
            checks.add(Check.of(new Pointwise.Mul(), other, X));
            checks.add(Check.of(new Pointwise.SumTo(other), X));
        }
        checks.add(Check.of(new Pointwise.Add(), Shape.of(3, 1), Shape.of(1, 5)));
        checks.add(Check.of(new Pointwise.Mul(), Shape.of(3, 1), Shape.of(1, 5)));
        checks.add(Check.of(new Pointwise.AddBias(), X, Shape.of(3)));
        checks.add(Check.of(new Pointwise.AddBias(), Shape.of(4, 3), Shape.of(3)));
        checks.add(Check.of(new Pointwise.ChannelSum(), X));
        checks.add(Check.of(new Pointwise.Normalize(List.of(0.5, -2.0, 3.0), List.of(1.0, 0.0, -1.0)), X));
        checks.add(new Check("Dropout", List.of(X), (g, in) -> g.add(new Pointwise.Dropout(0.3, 7), in.get(0),
                g.input("seed", TensorType.i32(2)), g.input("step", TensorType.i32(1)),
                g.input("epoch", TensorType.i32(1)))));
        return checks;
    }

    /** Of three times the values, which reach beyond all kinks and meet none. */
    private static List<Check> activations() {
        return Stream.of(new Activation.Relu(), new Activation.Tanh(), new Activation.Sigmoid(),
                new Activation.LeakyRelu(0.2), new Activation.Relu6(), new Activation.Elu(1.5), new Activation.Elu(0.5),
                new Activation.HardSigmoid(), new Activation.HardSwish(), new Activation.Silu(), new Activation.Gelu(),
                new Activation.GeluTanh(), new Activation.Affine(-1.5, 0.25), new Activation.Reciprocal())
                .map(f -> new Check(f.toString(), List.of(X), (g, in) -> {
                    Node x = in.get(0).activate(new Activation.Affine(3, 0));
                    Node far = x.times(x).activate(new Activation.Affine(0.1, 1));
                    return (f instanceof Activation.Reciprocal ? far : x).activate(f);
                })).toList();
    }

    private static List<Check> normalizations() {
        var checks = new ArrayList<Check>();
        checks.add(new Check("BatchNorm by its own statistics", List.of(X, Shape.of(3), Shape.of(3)), (g, in) -> g.add(
                new Normalization.BatchNorm(1e-3), in.get(0), g.add(new Normalization.BnStats(), in.get(0)), in.get(1),
                in.get(2))));
        checks.add(new Check("BatchNorm by given statistics", List.of(X, Shape.of(3), Shape.of(3)), (g, in) -> g.add(
                new Normalization.BatchNorm(1e-3), in.get(0), g.input("stats", TensorType.f32(2, 3)), in.get(1),
                in.get(2))));
        for (int size : new int[] {1, 2, 3, 4, 5, 9})
            checks.add(Check.of(new Normalization.Lrn(size, 0.5, 0.75, 2), Shape.of(2, 5, 2, 3)));
        return checks;
    }

    private static List<Check> losses() {
        var checks = new ArrayList<Check>();
        List<Double> weights = List.of(0.5, 2.0, 1.25, 0.75, 1.5);
        for (Criterion criterion : List.of(new CrossEntropy(), new CrossEntropy(0.1, OptionalInt.empty(), List.of()),
                new CrossEntropy(0, OptionalInt.of(4), List.of()), new CrossEntropy(0, OptionalInt.empty(), weights),
                new CrossEntropy(0.2, OptionalInt.of(255), weights), new Criterion.MultiMargin(1, 1.013),
                new Criterion.MultiMargin(2, 1.013), new Criterion.SquaredError(), new Criterion.BinaryCrossEntropy()))
            for (Shape scores : List.of(Shape.of(6, 5), Shape.of(2, 5, 2, 3))) {
                TensorType labels = scores.rank() == 2 ? TensorType.i32(6) : TensorType.i32(2, 2, 3);
                checks.add(new Check(criterion + " of " + scores, List.of(scores),
                        (g, in) -> g.add(new Loss.SampleLoss(criterion), in.get(0), g.input("labels", labels))));
                checks.add(new Check("mean " + criterion + " of " + scores, List.of(scores),
                        (g, in) -> criterion.mean(in.get(0), g.input("labels", labels))));
            }
        for (Shape scores : List.of(Shape.of(3, 5), Shape.of(2, 5, 2, 3))) {
            checks.add(Check.of(new Loss.Softmax(), scores));
            checks.add(Check.of(new Loss.LogSoftmax(), scores));
        }
        checks.add(Check.of(new Loss.Sum(-0.3), X));
        checks.add(Check.of(new Loss.Expand(X, 0.7), Shape.of(1)));
        return checks;
    }

    private static List<Check> movements() {
        var checks = new ArrayList<Check>();
        checks.add(Check.of(new Movement.Reshape(Shape.of(6, 12)), X));
        checks.add(Check.of(Movement.Slice.of(new int[] {0, 1, 0, 1}, new int[] {2, 3, 4, 3}, new int[] {1, 1, 3, 1}),
                X));
        checks.add(Check.of(new Movement.Pad(List.of(1, 0, 2, 0), List.of(0, 1, 0, 0), List.of(0, 1, 0, 2)), X));
        checks.add(Check.of(new Movement.Convert(Layout.NHWC), X));
        for (int axis = 0; axis < 4; axis++) {
            int[] dims = X.dims();
            dims[axis] = 5;
            checks.add(Check.of(new Movement.Concat(axis), X, Shape.of(dims), X));
        }
        var reflect = new Movement.PadReflect(3, 0, 1, 2);
        checks.add(Check.of(reflect, X));
        checks.add(Check.of(new Movement.PadReflectGrad(reflect), Shape.of(2, 3, 8, 5)));
        for (Movement.Interpolation how : Movement.Interpolation.values())
            for (int[] size : new int[][] {{8, 6}, {5, 7}, {2, 1}, {3, 2}, {4, 3}, {1, 9}}) {
                checks.add(Check.of(new Movement.Resize(how, size[0], size[1]), X));
                checks.add(Check.of(new Movement.ResizeGrad(how, size[0], size[1]), X));
            }
        return checks;
    }

    private static List<Check> networks() {
        return List.of(new Check("a value read three times", List.of(X),
                (_, in) -> in.get(0).tanh().plus(in.get(0)).plus(in.get(0).relu())),
                new Check("squeeze and excite", List.of(X, Shape.of(3, 3)), (g, in) -> {
                    Node squeezed = g.add(new Pooling.AdaptivePool(Pooling.Kind.MEAN, 1, 1), in.get(0)).flatten();
                    Node excited = squeezed.matmul(in.get(1), false, true).activate(new Activation.Sigmoid());
                    return in.get(0).times(excited.reshape(Shape.of(2, 3, 1, 1)));
                }));
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

        var oracle = Oracle.of(g).feed("dy", Differences.values(size, 5));
        for (int i = 0; i < inputs.size(); i++) oracle.feed("x" + i,
                Differences.values(Math.toIntExact(c.shapes.get(i).size()), i));
        for (Node n : g.nodes())
            if (n.op() instanceof Leaf.Input in) constant(oracle, in.name(), Math.toIntExact(n.shape().size()));
        for (int i = 0; i < inputs.size(); i++) Differences.check(oracle, loss, "x" + i, inputs.get(i), gradients.get(i));
    }

    private static void constant(Oracle oracle, String name, int size) {
        switch (name) {
            case "stats" -> oracle.feed(name, 0.3, -0.2, 0.1, 0.8, 1.1, 2);
            case "labels" -> oracle.feed(name, IntStream.range(0, size).mapToDouble(i -> (i * 3 + 1) % 5).toArray());
            case "seed" -> oracle.feed(name, 17, -4);
            default -> {}
        }
    }
}
