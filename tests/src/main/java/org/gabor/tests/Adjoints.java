package org.gabor.tests;

import static org.gabor.tests.Args.in;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Loss.Expand;
import org.gabor.graph.Loss.Sum;
import org.gabor.graph.Movement.Concat;
import org.gabor.graph.Movement.Interpolation;
import org.gabor.graph.Movement.Pad;
import org.gabor.graph.Movement.PadReflect;
import org.gabor.graph.Movement.Resize;
import org.gabor.graph.Movement.Slice;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise.Add;
import org.gabor.graph.Pointwise.AddBias;
import org.gabor.graph.Pointwise.ChannelSum;
import org.gabor.graph.Pointwise.Mul;
import org.gabor.graph.Pointwise.SumTo;
import org.gabor.graph.Pooling.AdaptivePool;
import org.gabor.graph.Pooling.Kind;
import org.gabor.graph.Pooling.MeanPool;
import org.gabor.graph.Product.MatMul;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.gabor.random.Stream;
import org.gabor.spi.Backend;

/**
 * The adjoint identity: an operation y = f(a, b) that is linear in each operand and its gradients satisfy
 * {@code <f(a, b), dy> = <a, da> = <b, db>}; one that is linear in both together {@code <a, da> + <b, db>}. On whole
 * numbers it holds exactly, and needs no oracle: it compares a backend's forward operation with its gradients over
 * thousands of random configurations.
 */
public final class Adjoints {
    private Adjoints() {
    }

    /**
     * One configuration.
     *
     * @param test computes y, and for each operand x the gradient dx
     * @param product whether y is linear in each operand, rather than in all of them together
     */
    public record Adjoint(Case test, boolean product) {
        /**
         * Checks the identity.
         *
         * @throws AssertionError if the inner products differ
         */
        public void check(Backend backend) {
            Map<String, double[]> data = test.build().data(), got = Conformance.run(backend, test);
            double expected = dot(got, "y", data, "dy"), together = 0;
            for (Case.Arg a : test.args())
                if (got.containsKey("d" + a.name())) {
                    double inner = dot(got, "d" + a.name(), data, a.name());
                    if (product) compare(expected, inner, a.name());
                    together += inner;
                }
            if (!product) compare(expected, together, "x");
        }

        private void compare(double expected, double inner, String name) {
            if (inner != expected)
                throw new AssertionError("%s: <y, dy> = %s, <%s, d%s> = %s".formatted(test.name(), expected, name, name, inner));
        }

        @Override
        public String toString() { return test.name(); }
    }

    /** More than ten thousand configurations, no two the same; the same ones every time. */
    public static List<Adjoint> all() {
        var all = new ArrayList<Adjoint>();
        add(all, "convolution", 4000, Adjoints::convolution);
        add(all, "depthwise convolution", 800, Adjoints::depthwise);
        add(all, "transposed convolution", 1200, Adjoints::transposed);
        add(all, "filter gradient", 600, Adjoints::filterGradient);
        add(all, "product", 800, Adjoints::product);
        add(all, "pooling", 800, Adjoints::pooling);
        add(all, "movement", 1000, Adjoints::movement);
        add(all, "concat", 500, Adjoints::concat);
        add(all, "broadcast", 700, Adjoints::broadcast);
        add(all, "image", 400, Adjoints::image);
        add(all, "sum", 100, Adjoints::sum);
        return all;
    }

    private static void add(List<Adjoint> all, String what, int count, Function<Draw, Adjoint> make) {
        var names = new HashSet<String>();
        for (int i = 0; names.size() < count; i++) {
            Adjoint adjoint = make.apply(new Draw(what, i));
            if (names.add(adjoint.test.name())) all.add(adjoint);
        }
    }

    /** Whole numbers, and quotients by a power of two: exact. */
    private static double dot(Map<String, double[]> a, String inA, Map<String, double[]> b, String inB) {
        double[] x = a.getOrDefault(inA, new double[0]), y = b.getOrDefault(inB, new double[0]);
        if (x.length != y.length || x.length == 0) throw new AssertionError(inA + " does not match " + inB);
        return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).sum();
    }

    /** Numbers drawn one after another. */
    private static final class Draw {
        private final Stream random;
        private int drawn;

        Draw(String what, int index) {
            this.random = new Stream(1, Stream.id(what), index, 0);
        }

        /** From {@code low} to {@code high}, both included. */
        int from(int low, int high) { return low + random.below(drawn++, high - low + 1); }

        boolean coin() { return from(0, 1) == 1; }

        /** A batch on either side of sixteen, sixteen itself more often. */
        int batch() { return from(0, 2) == 0 ? 16 : from(1, 18); }

        Window window(int largest) {
            var w = new Window(from(1, largest), from(1, largest), from(1, 3), from(1, 3), from(0, 2), from(0, 2), from(0, 2),
                    from(0, 2));
            return coin() ? w : w.dilation(from(1, 3), from(1, 3));
        }

        /** A height that the window fits into. */
        int height(Window w) { return Math.max(1, w.spanH() - w.top() - w.bottom()) + from(0, 6); }

        int width(Window w) { return Math.max(1, w.spanW() - w.left() - w.right()) + from(0, 6); }
    }

    private static Adjoint convolution(Draw d) {
        Window w = d.window(4);
        int groups = d.coin() ? 1 : d.from(2, 3), c = d.from(1, 3) * groups, k = d.from(1, 4) * groups;
        return product(new Conv2d(w, groups), Shape.of(d.batch(), c, d.height(w), d.width(w)),
                Shape.of(k, c / groups, w.r(), w.s()));
    }

    private static Adjoint depthwise(Draw d) {
        Window w = d.window(3);
        int c = d.from(1, 18);
        return product(new Conv2d(w, c), Shape.of(d.batch(), c, d.height(w), d.width(w)),
                Shape.of(c * d.from(1, 2), 1, w.r(), w.s()));
    }

    /** The data gradient as what is computed forward. */
    private static Adjoint transposed(Draw d) {
        Window w = d.window(4);
        int groups = d.from(1, 3), c = d.from(1, 3) * groups, k = d.from(1, 3) * groups;
        Shape y = Shape.of(d.batch(), c, d.height(w), d.width(w));
        return product(new Conv2dGradX(w, groups, y), Shape.of(y.n(), k, w.p(y.h()), w.q(y.w())),
                Shape.of(k, c / groups, w.r(), w.s()));
    }

    private static Adjoint filterGradient(Draw d) {
        Window w = d.window(4);
        int groups = d.from(1, 3), c = d.from(1, 3) * groups, k = d.from(1, 3) * groups;
        Shape x = Shape.of(d.batch(), c, d.height(w), d.width(w));
        return product(new Conv2dGradW(w, groups), x, Shape.of(x.n(), k, w.p(x.h()), w.q(x.w())));
    }

    private static Adjoint product(Draw d) {
        boolean ta = d.coin(), tb = d.coin();
        int rows = d.from(1, 40), columns = d.from(1, 40), inner = d.from(1, 40);
        return product(new MatMul(ta, tb), ta ? Shape.of(inner, rows) : Shape.of(rows, inner),
                tb ? Shape.of(columns, inner) : Shape.of(inner, columns));
    }

    /** Means of as many elements as a power of two. */
    private static Adjoint pooling(Draw d) {
        int r = 1 << d.from(0, 2), s = 1 << d.from(0, 2), n = d.batch(), c = d.from(1, 6);
        if (d.from(0, 2) == 0) {
            int p = d.from(1, 4), q = d.from(1, 4);
            return linear(new AdaptivePool(Kind.MEAN, p, q), Shape.of(n, c, p * r, q * s));
        }
        boolean padded = d.coin();
        int top = padded ? d.from(0, r / 2) : 0, left = padded ? d.from(0, s / 2) : 0;
        var w = new Window(r, s, d.from(1, 4), d.from(1, 4), top, left, padded ? d.from(0, r / 2) : 0,
                padded ? d.from(0, s / 2) : 0);
        return linear(new MeanPool(w, padded || d.coin()), Shape.of(n, c, d.height(w), d.width(w)));
    }

    private static Adjoint movement(Draw d) {
        int[] dims = {d.batch(), d.from(1, 6), d.from(1, 6), d.from(1, 6)};
        if (d.coin()) {
            List<Integer> low = draws(d, 2), high = draws(d, 2), gap = draws(d, 2);
            return linear(new Pad(low, high, gap), Shape.of(dims));
        }
        int[] start = new int[4], end = new int[4], stride = new int[4];
        for (int i = 0; i < 4; i++) {
            start[i] = d.from(0, dims[i] - 1);
            end[i] = d.from(start[i] + 1, dims[i]);
            stride[i] = d.from(1, 3);
        }
        return linear(Slice.of(start, end, stride), Shape.of(dims));
    }

    private static List<Integer> draws(Draw d, int high) {
        return IntStream.range(0, 4).mapToObj(_ -> d.from(0, high)).toList();
    }

    private static Adjoint concat(Draw d) {
        int[] dims = {d.batch(), d.from(1, 6), d.from(1, 5), d.from(1, 5)};
        int axis = d.from(0, 3), count = d.from(1, 4);
        var parts = new ArrayList<Shape>();
        for (int i = 0; i < count; i++) {
            dims[axis] = d.from(1, 17);
            parts.add(Shape.of(dims));
        }
        return linear(new Concat(axis), parts.toArray(new Shape[0]));
    }

    /** Sums and products of values that are 1 where the other is not, and the sums that are their gradients. */
    private static Adjoint broadcast(Draw d) {
        int[] all = {d.batch(), d.from(1, 18), d.from(1, 6), d.from(1, 6)}, a = all.clone(), b = all.clone();
        int kind = d.from(0, 3);
        for (int i = 0; i < 4; i++) {
            if (d.coin()) b[i] = 1;
            else if (kind > 1 && d.from(0, 3) == 0) a[i] = 1;
        }
        return switch (kind) {
            case 0 -> linear(new SumTo(Shape.of(b)), Shape.of(all));
            case 1 -> linear(new AddBias(), Shape.of(all), Shape.of(all[1]));
            case 2 -> linear(new Add(), Shape.of(a), Shape.of(b));
            default -> product(new Mul(), Shape.of(a), Shape.of(b));
        };
    }

    /** Borders that mirror, and other sizes; between pixels where shares are whole sixteenths. */
    private static Adjoint image(Draw d) {
        int n = d.batch(), c = d.from(1, 6), h = d.from(2, 7), w = d.from(2, 7);
        Shape x = Shape.of(n, c, h, w);
        return switch (d.from(0, 2)) {
            case 0 -> linear(new PadReflect(d.from(0, h - 1), d.from(0, w - 1), d.from(0, h - 1), d.from(0, w - 1)), x);
            case 1 -> linear(new Resize(Interpolation.NEAREST, d.from(1, 12), d.from(1, 12)), x);
            default -> linear(new Resize(Interpolation.BILINEAR, h * d.from(1, 2), w * d.from(1, 2)), x);
        };
    }

    private static Adjoint sum(Draw d) {
        Shape x = Shape.of(d.batch(), d.from(1, 18), d.from(1, 5), d.from(1, 5));
        return switch (d.from(0, 2)) {
            case 0 -> linear(new ChannelSum(), x);
            case 1 -> linear(new Sum(0.5), x);
            default -> linear(new Expand(x, -0.25), Shape.of(1));
        };
    }

    private static Adjoint product(Op op, Shape... operands) { return new Adjoint(adjoint(op, operands), true); }

    private static Adjoint linear(Op op, Shape... operands) { return new Adjoint(adjoint(op, operands), false); }

    /** y, and for each operand x the gradient dx. */
    private static Case adjoint(Op op, Shape... operands) {
        Filling whole = Filling.INTEGERS;
        var args = new ArrayList<Case.Arg>();
        for (int i = 0; i < operands.length; i++) args.add(in("x" + i, whole.numbers(), operands[i]));
        List<TensorType> types = args.stream().map(Case.Arg::type).toList();
        args.add(in("dy", whole.numbers(), op.infer(types).shape()));
        return Case.chain("adjoint of " + op, whole, args, (g, in) -> {
            Node y = g.add(op, in.subList(0, operands.length));
            g.output("y", y);
            for (Op.Gradient d : op.vjp(y, in.getLast())) g.output("dx" + d.input(), d.value());
        }).withZeros();
    }
}
