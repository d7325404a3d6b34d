package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;
import static org.gabor.tests.Args.labels;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss.SampleLoss;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnStats;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.Update.Group;
import org.gabor.graph.Update.RunningUpdate;
import org.gabor.graph.Update.SlabUpdate;
import org.gabor.graph.UpdateRule;
import org.gabor.graph.Window;

/** Small networks with their gradients, and batch normalisation with what surrounds it. */
final class NetworkCases {
    private static final double EPS = 1e-5;
    private static final Filling REALS = Filling.REALS;
    private static final Values SMALL = Values.NORMAL.affine(0.3, 0);

    private NetworkCases() {}

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (int n : new int[] {2, 16, 17}) {
            cases.addAll(normalizations(n));
            cases.add(gradients("gradients of conv, bias, relu, max pool, dense, cross entropy", true, n));
            cases.add(gradients("gradients of conv, bias, tanh, mean pool, dense, cross entropy", false, n));
            cases.add(residual(n));
            cases.add(running(n));
            cases.add(features(n));
        }
        return cases;
    }

    private static List<Case> normalizations(int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 6, 5, 5), in("z", REALS, n, 6, 5, 5),
                kept("gamma", Values.uniform(0.5, 1.5), 6), kept("beta", REALS.numbers(), 6));
        return List.of(
                Case.chain("batch norm by its own statistics", REALS, args,
                        (g, in) -> g.output("y", normalized(g, in))),
                Case.chain("batch norm + add + relu", REALS, args,
                        (g, in) -> g.output("y", normalized(g, in).plus(in.get(1)).relu())).withZeros(),
                Case.chain("batch norm + add + relu, all named", REALS, args, (g, in) -> {
                    Node y = normalized(g, in), sum = y.plus(in.get(1));
                    g.output("bn", y).output("sum", sum).output("relu", sum.relu());
                }).withZeros(),
                Case.chain("gradients of batch norm + relu", REALS, args, (g, in) -> {
                    Node loss = dot(normalized(g, in).relu(), in.get(1));
                    List<Node> d = Autodiff.gradients(loss, List.of(in.get(0), in.get(2), in.get(3)));
                    g.output("dx", d.get(0)).output("dgamma", d.get(1)).output("dbeta", d.get(2));
                }));
    }

    private static Node normalized(Graph g, List<Node> in) {
        Node x = in.getFirst();
        return g.add(new BatchNorm(EPS), x, g.add(new BnStats(), x), in.get(2), in.get(3));
    }

    /** The inner product of two images as a value [1]. */
    private static Node dot(Node y, Node dy) {
        int size = Math.toIntExact(y.shape().size());
        return y.reshape(Shape.of(1, size)).matmul(dy.reshape(Shape.of(1, size)), false, true)
                .reshape(Shape.of(1));
    }

    private static Case gradients(String what, boolean relu, int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 2, 8, 8), labels(n, 5), kept("w", SMALL, 4, 2, 3, 3),
                kept("b", Values.uniform(0, 1), 4), kept("v", Values.uniform(-0.3, 0.5), 3, 4, 3, 3),
                kept("d", SMALL, 5, 12), kept("e", SMALL, 5));
        return Case.chain(what, REALS, args, (g, in) -> {
            Window pool = Window.of(2, 2, 0);
            Node y = in.get(0).conv2d(in.get(2), Window.of(3, 1, 1)).addBias(in.get(3));
            y = relu ? y.relu().maxPool(pool) : y.tanh().meanPool(pool);
            y = y.conv2d(in.get(4), Window.of(3, 1, 0));
            y = (relu ? y.relu() : y.tanh()).flatten().matmul(in.get(5), false, true).addBias(in.get(6));
            named(g, g.add(new SampleLoss(new CrossEntropy()), y, in.get(1)).mean(), in);
        }).withZeros();
    }

    private static Case residual(int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 4, 6, 6), labels(n, 5), kept("w", SMALL, 4, 4, 3, 3),
                kept("gamma", Values.uniform(0.5, 1.5), 4),
                kept("beta", SMALL, 4), kept("v", SMALL, 4, 4, 3, 3), kept("d", SMALL, 5, 4));
        return Case.chain("gradients of a residual block", REALS, args, (g, in) -> {
            Node x = in.get(0), y = x.conv2d(in.get(2), Window.of(3, 1, 1));
            y = g.add(new BatchNorm(EPS), y, g.add(new BnStats(), y), in.get(3), in.get(4)).relu();
            y = y.conv2d(in.get(5), Window.of(3, 1, 1)).plus(x).relu();
            y = y.meanPool(Window.of(6, 1, 0)).flatten().matmul(in.get(6), false, true);
            named(g, g.add(new SampleLoss(new CrossEntropy()), y, in.get(1)).mean(), in);
        }).withZeros();
    }

    /** Names the loss and the gradients of all parameters, which are the arguments from the third on. */
    private static void named(Graph g, Node loss, List<Node> in) {
        g.output("loss", loss);
        List<Node> parameters = in.subList(2, in.size());
        List<Node> gradients = Autodiff.gradients(loss, parameters);
        for (int i = 0; i < gradients.size(); i++) g.output("d" + parameters.get(i).op(), gradients.get(i));
    }

    /** A step that a backend may move behind the update of what it reads must not be moved. */
    private static Case running(int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 4, 6, 6), kept("running", Values.NORMAL.statistics(4), 2, 4),
                kept("gamma", Values.uniform(0.5, 1.5), 4), kept("beta", SMALL, 4), guard());
        return Case.chain("running statistics are read before they change", REALS, args, (g, in) -> {
            Node x = in.get(0), running = in.get(1);
            Node y = g.add(new BatchNorm(EPS), x, running, in.get(2), in.get(3));
            g.add(new RunningUpdate(0.1, n * 36L), running, g.add(new BnStats(), x), in.get(4));
            g.output("y", y.relu());
        }).withZeros();
    }

    /** An image that has to be converted to be read, in a step that also changes the weights. */
    private static Case features(int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 3, 6, 6), kept("w", SMALL, 4, 3, 3, 3), guard(),
                kept("slab", SMALL, 64), kept("gradients", SMALL, 64), in("lr", Values.all(0.1), 1),
                new Case.Arg("step", TensorType.i32(1), false, Values.all(1)));
        return Case.chain("an image is read in a step that updates weights", REALS, args, (g, in) -> {
            g.output("image", in.get(0).conv2d(in.get(1), Window.of(3, 1, 1)));
            var rule = new SlabUpdate(new UpdateRule.Sgd(0, 0, false), List.of(new Group("all", 0, 64, 0)));
            g.add(rule, in.get(3), in.get(4), in.get(5), in.get(6), in.get(2));
        });
    }

    private static Case.Arg guard() { return new Case.Arg("guard", Update.GUARD, true, Values.all(0)); }
}
