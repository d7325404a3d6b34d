package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Activation;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Movement.Concat;
import org.gabor.graph.Movement.Interpolation;
import org.gabor.graph.Movement.Resize;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Pooling.AdaptivePool;
import org.gabor.graph.Pooling.Kind;
import org.gabor.graph.Pooling.MeanPool;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;

/** What is fused by rule: every activation behind convolution, batch normalisation, pooling and sums, and long chains. */
final class FusionCases {
    private static final Filling REALS = Filling.REALS;
    private static final Values SMALL = Values.NORMAL.affine(0.3, 0);

    private FusionCases() {}

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Activation f : ActivationCases.ALL) {
            // 1 / x of a sum that may be 0 has no bound
            if (f instanceof Activation.Reciprocal) continue;
            for (int n : new int[] {3, 16}) {
                convolutions(cases, f, n);
                normalizations(cases, f, n);
                pools(cases, f, n);
            }
        }
        for (int n : new int[] {3, 16}) {
            residuals(cases, n, 5, 1);
            residuals(cases, n, 40, 1);
            residuals(cases, n, 8, 2);
            residuals(cases, n, 8, 8);
        }
        for (int n : new int[] {1, 16, 17}) {
            groups(cases, n);
            chains(cases, n);
            squeezes(cases, n);
            branches(cases, n);
        }
        return cases;
    }

    private static void convolutions(List<Case> cases, Activation f, int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 3, 6, 6), kept("w", SMALL, 6, 3, 3, 3), kept("b", SMALL, 6),
                in("z", REALS, n, 6, 6, 6));
        cases.add(chain("conv + bias + " + f.label(), args, (g, in) -> g.output("y", conv(in).activate(f))));
        cases.add(chain("conv + bias + " + f.label() + " + add", args,
                (g, in) -> g.output("y", conv(in).activate(f).plus(in.get(3)))));
        cases.add(chain("conv + bias + add + " + f.label(), args,
                (g, in) -> g.output("y", conv(in).plus(in.get(3)).activate(f))));
        cases.add(chain("conv + " + f.label() + ", the convolution read twice", args, (g, in) -> {
            Node y = in.get(0).conv2d(in.get(1), Window.of(3, 1, 1));
            g.output("y", y.activate(f)).output("sum", y.plus(in.get(3)));
        }));
        cases.add(chain("gradients of conv + bias + " + f.label(), args, (g, in) -> {
            Node loss = g.add(new Loss.Sum(1), conv(in).activate(f).times(in.get(3)));
            List<Node> d = Autodiff.gradients(loss, in.subList(0, 3));
            g.output("dx", d.get(0)).output("dw", d.get(1)).output("db", d.get(2));
        }));
        cases.add(chain("dense + bias + " + f.label(),
                List.of(in("x", REALS, n, 12), kept("w", SMALL, 9, 12), kept("b", SMALL, 9)),
                (g, in) -> g.output("y", in.get(0).matmul(in.get(1), false, true).addBias(in.get(2)).activate(f))));
    }

    private static void normalizations(List<Case> cases, Activation f, int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 5, 4, 4), in("z", REALS, n, 5, 4, 4),
                kept("stats", Values.NORMAL.statistics(5), 2, 5), kept("gamma", Values.uniform(0.5, 1.5), 5),
                kept("beta", REALS.numbers(), 5));
        cases.add(chain("batch norm + " + f.label(), args, (g, in) -> g.output("y", normalized(g, in).activate(f))));
        cases.add(chain("batch norm + add + " + f.label(), args,
                (g, in) -> g.output("y", normalized(g, in).plus(in.get(1)).activate(f))));
        cases.add(chain("batch norm + " + f.label() + " + add", args,
                (g, in) -> g.output("y", normalized(g, in).activate(f).plus(in.get(1)))));
    }

    private static void pools(List<Case> cases, Activation f, int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 3, 6, 6));
        cases.add(chain("max pool + " + f.label(), args,
                (g, in) -> g.output("y", in.get(0).maxPool(Window.of(3, 2, 1)).activate(f))));
        cases.add(chain(f.label() + " + max pool", args,
                (g, in) -> g.output("y", in.get(0).activate(f).maxPool(Window.of(2, 2, 0)))));
        cases.add(chain("mean pool + " + f.label(), args,
                (g, in) -> g.output("y", g.add(new MeanPool(Window.of(3, 2, 1), false), in.get(0)).activate(f))));
    }

    /** A value behind a ReLU that is read by a convolution and added to it; also by two that skip pixels. */
    private static void residuals(List<Case> cases, int n, int c, int groups) {
        List<Case.Arg> args = List.of(in("x", REALS, n, c, 6, 7), kept("w", SMALL, c, c / groups, 3, 3),
                kept("v", SMALL, c, c / groups, 1, 1), in("dy", REALS, n, c, 6, 7), in("dz", REALS, n, c, 3, 4));
        String which = " of %d channels in %d groups".formatted(c, groups);
        cases.add(chain("residual block" + which + " and its gradients", args, (g, in) -> {
            Node x = in.get(0).relu(), y = x.conv2d(in.get(1), Window.of(3, 1, 1), groups).plus(x).relu();
            g.output("y", y);
            gradients(g, y.times(in.get(3)), in.subList(0, 2));
        }));
        cases.add(chain("residual block with strides" + which + ", gradients", args, (g, in) -> {
            Node x = in.get(0).relu(), y = x.conv2d(in.get(1), Window.of(3, 2, 1), groups);
            gradients(g, y.plus(x.conv2d(in.get(2), Window.of(1, 2, 0), groups)).relu().times(in.get(4)), in.subList(0, 3));
        }));
    }

    private static void gradients(Graph g, Node y, List<Node> of) {
        List<Node> d = Autodiff.gradients(g.add(new Loss.Sum(1), y), of);
        for (int i = 0; i < d.size(); i++) g.output("d" + i, d.get(i));
    }

    /** Convolutions in groups, apart and transposed, with what follows them and their gradients. */
    private static void groups(List<Case> cases, int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 8, 7, 7), kept("w", SMALL, 8, 4, 3, 3), kept("d", SMALL, 8, 1, 3, 3),
                kept("t", SMALL, 8, 3, 2, 2), kept("b", SMALL, 8), in("dy", REALS, n, 6, 14, 14));
        cases.add(chain("grouped, dilated, depthwise and transposed convolution with gradients", args, (g, in) -> {
            Node y = in.get(0).conv2d(in.get(1), Window.of(3, 1, 2).dilation(2, 2), 2).addBias(in.get(4)).relu();
            y = y.conv2d(in.get(2), Window.of(3, 1, 1), 8).activate(new Activation.HardSwish());
            y = g.add(new Conv2dGradX(Window.of(2, 2, 0), 2, Shape.of(n, 6, 14, 14)), y, in.get(3));
            g.output("y", y);
            List<Node> parameters = in.subList(1, 5);
            List<Node> d = Autodiff.gradients(g.add(new Loss.Sum(1), y.times(in.get(5))), parameters);
            for (int i = 0; i < d.size(); i++) g.output("d" + parameters.get(i).op(), d.get(i));
        }));
    }

    private static void chains(List<Case> cases, int n) {
        for (Shape s : List.of(Shape.of(n, 6, 4, 5), Shape.of(n, 6, 1, 1))) {
            List<Case.Arg> args = List.of(in("x", REALS.numbers(), s), in("z", REALS.numbers(), s), kept("b", REALS.numbers(), 6),
                    in("c", REALS, 1, 6, 1, 1), in("p", REALS, n, 1, s.h(), s.w()), in("r", REALS, n, 6, 1, 1));
            cases.add(chain("a long chain with every broadcast", args, (g, in) -> {
                Node x = in.get(0), z = in.get(1);
                Node y = x.times(in.get(3)).plus(in.get(4)).activate(new Activation.Silu()).times(in.get(5)).addBias(in.get(2));
                y = y.activate(new Activation.LeakyRelu(0.1)).plus(z).times(z).activate(new Activation.Sigmoid()).times(x);
                y = y.activate(new Activation.Affine(0.5, 1)).plus(in.get(3)).activate(new Activation.Elu(1)).relu();
                g.output("y", y.times(in.get(4)));
            }));
            cases.add(chain("a long chain with every broadcast, gradients", args, (g, in) -> {
                Node y = in.get(0).times(in.get(3)).plus(in.get(4)).tanh().times(in.get(5)).addBias(in.get(2));
                Node loss = g.add(new Loss.Sum(1), y.activate(new Activation.Silu()).times(in.get(1)));
                List<Node> d = Autodiff.gradients(loss, in);
                for (int i = 0; i < d.size(); i++) g.output("d" + i, d.get(i));
            }));
            cases.add(chain("inner values of a chain read elsewhere", args, (g, in) -> {
                Node a = in.get(0).times(in.get(3)), b = a.activate(new Activation.HardSwish()).plus(in.get(4));
                g.output("first", a).output("second", b).output("y", b.times(a).relu());
            }));
        }
    }

    /** x sigmoid(fc(relu(fc(mean x)))) (Hu et al. 2018). */
    private static void squeezes(List<Case> cases, int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 8, 5, 5), kept("w", SMALL, 8, 8, 3, 3), kept("v", SMALL, 4, 8),
                kept("u", SMALL, 8, 4),
                kept("c", SMALL, 4), kept("d", SMALL, 8), in("dy", REALS, n, 8, 5, 5));
        cases.add(chain("squeeze and excite", args, (g, in) -> g.output("y", excited(g, in))));
        cases.add(chain("squeeze and excite, gradients", args, (g, in) -> {
            Node y = excited(g, in);
            List<Node> d = Autodiff.gradients(g.add(new Loss.Sum(1), y.times(in.get(6))), in.subList(0, 6));
            for (int i = 0; i < d.size(); i++) g.output("d" + i, d.get(i));
        }));
    }

    private static Node excited(Graph g, List<Node> in) {
        Node x = in.get(0).conv2d(in.get(1), Window.of(3, 1, 1)).relu();
        Node mean = g.add(new AdaptivePool(Kind.MEAN, 1, 1), x).flatten();
        Node hidden = mean.matmul(in.get(2), false, true).addBias(in.get(4)).relu();
        Node scale = hidden.matmul(in.get(3), false, true).addBias(in.get(5)).activate(new Activation.Sigmoid());
        return x.times(scale.reshape(Shape.of(x.shape().n(), 8, 1, 1)));
    }

    /** Values of several layouts put together, and made larger. */
    private static void branches(List<Case> cases, int n) {
        List<Case.Arg> args = List.of(in("x", REALS, n, 5, 6, 6), kept("w", SMALL, 7, 5, 3, 3), kept("v", SMALL, 3, 15, 1, 1));
        cases.add(chain("concat of branches and a convolution over it", args, (g, in) -> {
            Node x = in.get(0), conv = x.conv2d(in.get(1), Window.of(3, 1, 1)).relu();
            Node small = g.add(new Resize(Interpolation.BILINEAR, 3, 3), conv);
            Node large = g.add(new Resize(Interpolation.NEAREST, 6, 6), small);
            Node all = g.add(new Concat(1), x.activate(new Activation.Silu()), conv, x.maxPool(Window.of(3, 1, 1)).conv2d(
                    g.add(new Leaf.Fill(TensorType.f32(3, 5, 1, 1), 0.5)), Window.of(1, 1, 0)));
            g.output("y", all.conv2d(in.get(2), Window.of(1, 1, 0)).relu()).output("large", large.plus(conv));
        }));
    }

    private static Node conv(List<Node> in) { return in.get(0).conv2d(in.get(1), Window.of(3, 1, 1)).addBias(in.get(2)); }

    private static Node normalized(Graph g, List<Node> in) {
        return g.add(new BatchNorm(1e-5), in.get(0), in.get(2), in.get(3), in.get(4));
    }

    private static Case chain(String what, List<Case.Arg> args, Case.Body body) {
        return Case.chain(what, REALS, args, body).withZeros();
    }
}
