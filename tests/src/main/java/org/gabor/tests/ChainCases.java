package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;
import static org.gabor.tests.Args.labels;
import static org.gabor.tests.Args.pixels;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.graph.Activation.Relu;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Loss.SampleLoss;
import org.gabor.graph.Movement.Pad;
import org.gabor.graph.Movement.Slice;
import org.gabor.graph.Node;
import org.gabor.graph.Pointwise.ActivateGrad;
import org.gabor.graph.Pointwise.ChannelSum;
import org.gabor.graph.Pointwise.Normalize;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/** Several operations at once: what backends fuse, inner values that are read elsewhere, values in several layouts. */
final class ChainCases {
    private static final Window POOL = Window.of(2, 2, 0);

    private ChainCases() {}

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Filling f : Filling.values())
            for (int n : new int[] {2, 16, 17}) {
                convolutions(cases, f, n);
                products(cases, f, n);
                elementwise(cases, f, n);
                layouts(cases, f, n);
                names(cases, f, n);
                lengths(cases, f, n);
            }
        return cases;
    }

    private static void convolutions(List<Case> cases, Filling f, int n) {
        List<Case.Arg> args = List.of(in("x", f, n, 3, 8, 8), kept("w", f.numbers(), 6, 3, 3, 3),
                kept("b", f.numbers(), 6));
        cases.add(relu("conv + bias + relu", f, args, (g, in) -> g.output("y", conv(in).relu())));
        cases.add(relu("conv + bias + relu + max pool", f, args,
                (g, in) -> g.output("y", conv(in).relu().maxPool(POOL))));
        cases.add(relu("conv + bias + relu + mean pool", f, args,
                (g, in) -> g.output("y", conv(in).relu().meanPool(POOL))));
        cases.add(relu("conv + bias + relu, all named", f, args, (g, in) -> {
            Node y = in.get(0).conv2d(in.get(1), Window.of(3, 1, 1)), b = y.addBias(in.get(2));
            g.output("conv", y).output("bias", b).output("relu", b.relu());
        }));
        cases.add(relu("conv + bias + relu, the sum read twice", f, args, (g, in) -> {
            Node b = conv(in), max = b.maxPool(POOL);
            g.output("relu", b.relu()).output("max", max);
        }));
        cases.add(relu("conv + bias, relu and pool of the same convolution", f, args, (g, in) -> {
            Node y = in.get(0).conv2d(in.get(1), Window.of(3, 1, 1));
            g.output("relu", y.relu()).output("bias", y.addBias(in.get(2))).output("max", y.maxPool(POOL));
        }));
        cases.add(Case.chain("relu gradient + channel sum", f, List.of(in("y", f, n, 6, 5, 5), in("dy", f, n, 6, 5, 5)),
                (g, in) -> g.output("db", g.add(new ChannelSum(), g.add(new ActivateGrad(new Relu()), in)))));
        cases.add(relu("relu gradient + channel sum, both read", f,
                List.of(in("y", f, n, 6, 5, 5), in("dy", f, n, 6, 5, 5)), (g, in) -> {
                    Node dx = g.add(new ActivateGrad(new Relu()), in);
                    g.output("db", g.add(new ChannelSum(), dx)).output("dx", dx);
                }));
    }

    private static void products(List<Case> cases, Filling f, int n) {
        List<Case.Arg> args = List.of(in("x", f, n, 33), kept("w", f.numbers().affine(0.25, 0), 10, 33),
                kept("b", f.numbers(), 10));
        cases.add(relu("dense + bias + relu", f, args, (g, in) -> g.output("y", dense(in).relu())));
        cases.add(relu("dense + bias + relu, all named", f, args, (g, in) -> {
            Node y = in.get(0).matmul(in.get(1), false, true), b = y.addBias(in.get(2));
            g.output("product", y).output("bias", b).output("relu", b.relu());
        }));
        if (f.exact()) return;
        cases.add(Case.chain("dense + bias + tanh", f, args, (g, in) -> g.output("y", dense(in).tanh())));
        cases.add(Case.chain("dense + bias + tanh, the sum named", f, args, (g, in) -> {
            Node b = dense(in);
            g.output("bias", b).output("tanh", b.tanh());
        }));
        cases.add(Case.chain("dense + bias + cross entropy", f, with(args, labels(n, 10)), (g, in) -> {
            Node logits = dense(in), loss = g.add(new SampleLoss(new CrossEntropy()), logits, in.get(3));
            g.output("losses", loss).output("loss", loss.mean()).output("logits", logits);
        }));
    }

    private static void elementwise(List<Case> cases, Filling f, int n) {
        for (Shape s : List.of(Shape.of(n, 6, 5, 5), Shape.of(n, 7))) {
            List<Case.Arg> args = List.of(in("x", f.numbers(), s), in("z", f.numbers(), s),
                    kept("b", f.numbers(), s.c()));
            cases.add(Case.chain("add + bias + relu + add + add + bias", f, args, (g, in) -> {
                Node x = in.get(0), z = in.get(1), b = in.get(2);
                g.output("y", x.plus(z).addBias(b).relu().plus(x).plus(z).addBias(b));
            }).withZeros());
            cases.add(relu("add + relu + add + relu, all named", f, args, (g, in) -> {
                Node a = in.get(0).plus(in.get(1)), r = a.relu(), t = r.plus(in.get(0)), y = t.relu();
                g.output("a", a).output("r", r).output("t", t).output("y", y);
            }));
            cases.add(relu("one sum read by two chains", f, args, (g, in) -> {
                Node a = in.get(0).plus(in.get(1)), left = a.relu().plus(in.get(0));
                Node right = a.addBias(in.get(2)).relu();
                g.output("y", left.plus(right));
            }));
            cases.add(relu("a value added to itself", f, args, (g, in) -> g.output("y",
                    in.get(0).plus(in.get(0)).relu())));
            cases.add(relu("the chain as second summand, and as both", f, args, (g, in) -> {
                Node r = in.get(0).relu();
                g.output("second", in.get(1).plus(r).addBias(in.get(2))).output("both",
                        in.get(1).relu().plus(in.get(1).relu()));
            }));
            cases.add(relu("the gradient of relu of a chain, as its value and as its gradient", f, args, (g, in) -> {
                Node r = in.get(0).relu(), sum = in.get(0).plus(in.get(1));
                g.output("value", g.add(new ActivateGrad(new Relu()), r, in.get(1)));
                g.output("gradient", g.add(new ActivateGrad(new Relu()), in.get(1), sum));
            }));
            cases.add(relu("a bias that is computed", f, args, (g, in) -> {
                Node b = in.get(2);
                g.output("relu", in.get(0).addBias(b.relu())).output("sum", in.get(0).addBias(b.plus(b)).relu());
            }));
            if (f.exact()) continue;
            cases.add(Case.chain("tanh + add + tanh + bias + tanh", f, args, (g, in) -> {
                Node x = in.get(0), z = in.get(1), b = in.get(2);
                g.output("y", x.tanh().plus(z).tanh().addBias(b).tanh());
            }));
        }
    }

    private static void layouts(List<Case> cases, Filling f, int n) {
        Case.Arg x = in("x", f, n, 3, 8, 8), w3 = kept("w3", f.numbers(), 4, 3, 3, 3);
        cases.add(relu("two kernels over one value", f, List.of(x, w3, kept("v3", f.numbers(), 2, 4, 3, 3),
                kept("v5", f.numbers(), 2, 4, 5, 5)),
                (g, in) -> {
                    Node y = in.get(0).conv2d(in.get(1), Window.of(3, 1, 1)).relu();
                    Node small = y.conv2d(in.get(2), Window.of(3, 1, 1));
                    Node large = y.conv2d(in.get(3), Window.of(5, 1, 2));
                    g.output("y", small.plus(large)).output("max", y.maxPool(Window.of(3, 2, 1)));
                }));
        cases.add(relu("an image flattened and convolved", f, List.of(x, w3, kept("w", f.numbers(), 2, 4, 3, 3),
                kept("d", f.numbers(), 5, 256)),
                (g, in) -> {
                    Node y = in.get(0).conv2d(in.get(1), Window.of(3, 1, 1)).relu();
                    g.output("dense", y.flatten().matmul(in.get(3), false, true)).output("conv",
                            y.conv2d(in.get(2), Window.of(3, 2, 0)));
                }));
        cases.add(relu("a shortcut without parameters", f, List.of(x, w3, kept("w", f.numbers(), 8, 4, 3, 3)),
                (g, in) -> {
                    Node y = in.get(0).conv2d(in.get(1), Window.of(3, 1, 1)).relu();
                    Node part = g.add(Slice.of(ints(0, 0, 0, 0), ints(n, 4, 8, 8), ints(1, 1, 2, 2)), y);
                    Node wide = g.add(Pad.of(ints(0, 2, 0, 0), ints(0, 2, 0, 0)), part);
                    g.output("y", y.conv2d(in.get(2), Window.of(3, 2, 1)).plus(wide).relu());
                }));
        cases.add(Case.chain("pixels + conv", f, List.of(pixels(n, 1, 8, 8), kept("w", f.numbers(), 4, 1, 3, 3)),
                (g, in) -> {
                    Node image = g.add(new Normalize(List.of(f.exact() ? 0.5 : 1 / 255.0), List.of(-0.5)), in.get(0));
                    g.output("y", image.conv2d(in.get(1), Window.of(3, 1, 1)));
                }));
        cases.add(Case.chain("global mean of a convolution", f, List.of(x, w3),
                (g, in) -> g.output("y", in.get(0).conv2d(in.get(1),
                        Window.of(3, 1, 1)).meanPool(Window.of(8, 1, 0)).flatten())));
    }

    private static void names(List<Case> cases, Filling f, int n) {
        List<Case.Arg> args = List.of(in("x", f, n, 3, 4, 4), kept("w", f.numbers(), 4, 3, 3, 3));
        cases.add(Case.chain("one value under two names, an input and a parameter as they are", f, args, (g, in) -> {
            Node y = in.get(0).conv2d(in.get(1), Window.of(3, 1, 1));
            g.output("y", y).output("same", y).output("input", in.get(0)).output("parameter", in.get(1));
        }));
        cases.add(Case.chain("a view of a view of a convolution", f, args, (g, in) -> {
            Node y = in.get(0).conv2d(in.get(1), Window.of(3, 1, 1));
            g.output("y", y.flatten().reshape(Shape.of(4, n * 16)));
        }));
        cases.add(Case.chain("the same product twice", f, List.of(in("x", f, n, 5)), (g, in) -> {
            Node x = in.getFirst();
            g.output("gram", x.matmul(x, false, true)).output("same", x.matmul(x, false, true)).output("other",
                    x.matmul(x, true, false));
        }));
    }

    /** Longer than a kernel that is given its operands one by one may be, and with more values than it can hold. */
    private static void lengths(List<Case> cases, Filling f, int n) {
        for (Shape s : List.of(Shape.of(n, 5, 3, 3), Shape.of(n, 8))) {
            List<Case.Arg> args = IntStream.range(0, 70).mapToObj(i -> in("x" + i, f.numbers(), s)).toList();
            cases.add(Case.chain("a sum of seventy values", f, args,
                    (g, in) -> g.output("y", in.stream().reduce(Node::plus).orElseThrow())).withZeros());
            cases.add(relu("a sum of seventy values, some of its parts named", f, args, (g, in) -> {
                Node sum = in.getFirst();
                for (int i = 1; i < in.size(); i++) {
                    sum = sum.plus(in.get(i));
                    if (i % 20 == 0) g.output("part" + i, sum);
                }
                g.output("y", sum.relu());
            }));
            cases.add(relu("ten values of a chain that are all read again", f, args.subList(0, 11), (g, in) -> {
                var values = new ArrayList<Node>();
                Node x = in.getFirst();
                for (Node more : in.subList(1, in.size())) {
                    x = x.plus(more).relu();
                    values.add(x);
                }
                for (Node v : values) x = x.plus(v);
                g.output("y", x);
            }));
        }
    }

    private static Node conv(List<Node> in) {
        return in.get(0).conv2d(in.get(1), Window.of(3, 1, 1)).addBias(in.get(2));
    }

    private static Node dense(List<Node> in) { return in.get(0).matmul(in.get(1), false, true).addBias(in.get(2)); }

    private static List<Case.Arg> with(List<Case.Arg> args, Case.Arg more) {
        var all = new ArrayList<>(args);
        all.add(more);
        return all;
    }

    private static Case relu(String what, Filling f, List<Case.Arg> args, Case.Body body) {
        return Case.chain(what, f, args, body).withZeros();
    }

    private static int[] ints(int... a) { return a; }
}
