package org.gabor.tests;

import static org.gabor.tests.Args.in;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Movement.Pad;
import org.gabor.graph.Movement.Slice;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.Pooling.MeanPool;
import org.gabor.graph.Product.MatMul;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.gabor.random.Stream;
import org.gabor.spi.Backend;

/**
 * The adjoint identity: an operation y = f(a, b) that is linear in each operand and its gradients satisfy
 * {@code <f(a, b), dy> = <a, da> = <b, db>}. On whole numbers it holds exactly, and needs no oracle: it compares a
 * backend's forward operation with its gradients over many random configurations.
 */
public final class Adjoints {
    private static final int EACH = 100;

    private Adjoints() {
    }

    /** Some hundreds of configurations, the same every time. */
    public static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (int i = 0; i < EACH; i++) {
            cases.add(convolution(new Draw("convolution", i)));
            cases.add(convolution(new Draw("more convolution", i)));
            cases.add(product(new Draw("product", i)));
            cases.add(pooling(new Draw("pooling", i)));
            cases.add(movement(new Draw("movement", i)));
        }
        return cases;
    }

    /**
     * Checks the identity.
     *
     * @throws AssertionError if the inner products differ
     */
    public static void check(Backend backend, Case test) {
        Map<String, double[]> data = test.build().data(), got = Conformance.run(backend, test);
        double expected = dot(got, "y", data, "dy");
        for (Case.Arg a : test.args())
            if (got.containsKey("d" + a.name())) {
                double inner = dot(got, "d" + a.name(), data, a.name());
                if (inner != expected)
                    throw new AssertionError("<y, dy> = %s, <%s, d%s> = %s".formatted(expected, a.name(), a.name(),
                            inner));
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

        /** A batch on either side of sixteen, sixteen itself more often. */
        int batch() { return from(0, 2) == 0 ? 16 : from(1, 18); }
    }

    private static Case convolution(Draw d) {
        int n = d.batch(), c = d.from(1, 5), k = d.from(1, 6), r = d.from(1, 4), s = d.from(1, 4);
        var w = new Window(r, s, d.from(1, 3), d.from(1, 3), d.from(0, 2), d.from(0, 2), d.from(0, 2), d.from(0, 2));
        int h = Math.max(1, r - w.top() - w.bottom()) + d.from(0, 7);
        int v = Math.max(1, s - w.left() - w.right()) + d.from(0, 7);
        return adjoint(new Conv2d(w, 1), Shape.of(n, c, h, v), Shape.of(k, c, r, s));
    }

    private static Case product(Draw d) {
        boolean ta = d.from(0, 1) == 1, tb = d.from(0, 1) == 1;
        int rows = d.from(1, 40), columns = d.from(1, 40), inner = d.from(1, 40);
        return adjoint(new MatMul(ta, tb), ta ? Shape.of(inner, rows) : Shape.of(rows, inner),
                tb ? Shape.of(columns, inner) : Shape.of(inner, columns));
    }

    private static Case pooling(Draw d) {
        int r = 1 << d.from(0, 2), s = 1 << d.from(0, 2);
        var w = new Window(r, s, d.from(1, 4), d.from(1, 4), d.from(0, r / 2), d.from(0, s / 2), d.from(0, r / 2),
                d.from(0, s / 2));
        int h = Math.max(1, r - w.top() - w.bottom()) + d.from(0, 7);
        int v = Math.max(1, s - w.left() - w.right()) + d.from(0, 7);
        return adjoint(new MeanPool(w, true), Shape.of(d.batch(), d.from(1, 6), h, v));
    }

    private static Case movement(Draw d) {
        int[] dims = {d.batch(), d.from(1, 6), d.from(1, 6), d.from(1, 6)};
        if (d.from(0, 1) == 0) {
            List<Integer> low = draws(d, 2), high = draws(d, 2), gap = draws(d, 2);
            return adjoint(new Pad(low, high, gap), Shape.of(dims));
        }
        int[] start = new int[4], end = new int[4], stride = new int[4];
        for (int i = 0; i < 4; i++) {
            start[i] = d.from(0, dims[i] - 1);
            end[i] = d.from(start[i] + 1, dims[i]);
            stride[i] = d.from(1, 3);
        }
        return adjoint(Slice.of(start, end, stride), Shape.of(dims));
    }

    private static List<Integer> draws(Draw d, int high) {
        return IntStream.range(0,
                4).mapToObj(_ -> d.from(0, high)).toList();
    }

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
