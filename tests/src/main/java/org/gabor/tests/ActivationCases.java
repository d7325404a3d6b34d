package org.gabor.tests;

import static org.gabor.tests.Args.in;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.graph.Activation;
import org.gabor.graph.Pointwise.Activate;
import org.gabor.graph.Pointwise.ActivateGrad;
import org.gabor.graph.Shape;

/** Activation functions and their gradients, near their kinks and at the edges of the numbers too. */
final class ActivationCases {
    private static final double NAN = Double.NaN, INFINITE = Double.POSITIVE_INFINITY;
    /** Reaches beyond the kinks at 3 and 6. */
    private static final Values WIDE = Values.NORMAL.affine(3, 0);

    private ActivationCases() {}

    /**
     * A function, what its gradient takes, and whether small whole numbers stay such: f is exact then, and so is f'.
     */
    private record Function(Activation f, Values ofGradient, boolean exact) {}

    /** Every function, and with them those of their arguments that make a difference. */
    static final List<Activation> ALL = List.of(new Activation.Relu(), new Activation.Tanh(), new Activation.Sigmoid(),
            new Activation.LeakyRelu(0.01), new Activation.Relu6(), new Activation.Elu(1), new Activation.HardSigmoid(),
            new Activation.HardSwish(), new Activation.Silu(), new Activation.Gelu(), new Activation.GeluTanh(),
            new Activation.Affine(0.3, -0.7), new Activation.Reciprocal());

    private static final List<Function> FUNCTIONS = List.of(new Function(new Activation.Relu(), WIDE, true),
            new Function(new Activation.Tanh(), Values.uniform(-1, 1), false),
            new Function(new Activation.Sigmoid(), Values.uniform(0, 1), false),
            new Function(new Activation.LeakyRelu(0.25), WIDE, true),
            new Function(new Activation.LeakyRelu(0.01), WIDE, false),
            new Function(new Activation.Relu6(), WIDE.clamped(0, 6), true),
            new Function(new Activation.Elu(1), Values.uniform(-1, 3), false),
            new Function(new Activation.Elu(1.5), Values.uniform(-1.5, 3), false),
            new Function(new Activation.HardSigmoid(), Values.NORMAL.affine(1, 0.5).clamped(0, 1), false),
            new Function(new Activation.HardSwish(), WIDE, false),
            new Function(new Activation.Silu(), WIDE, false),
            new Function(new Activation.Gelu(), WIDE, false),
            new Function(new Activation.GeluTanh(), WIDE, false),
            new Function(new Activation.Affine(-2, 0.5), WIDE, true),
            new Function(new Activation.Affine(0.3, -0.7), WIDE, false),
            new Function(new Activation.Reciprocal(), WIDE, false));

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Function a : FUNCTIONS)
            for (Shape s : PointwiseCases.SHAPES) {
                // one element is at the mercy of its sign
                Values one = Values.all(2);
                if (a.exact) pair(cases, a, Filling.INTEGERS, s, s.size() == 1 ? one : Values.INTEGERS.affine(2, 0),
                        s.size() == 1 ? one : Values.INTEGERS.affine(2, 0));
                pair(cases, a, Filling.REALS, s, s.size() == 1 ? one : WIDE,
                        s.size() == 1 ? Values.all(0.5) : a.ofGradient);
            }
        edges(cases);
        return cases;
    }

    private static void pair(List<Case> cases, Function a, Filling f, Shape s, Values x, Values v) {
        cases.add(Case.of(new Activate(a.f), f, in("x", x, s)).withZeros());
        cases.add(Case.of(new ActivateGrad(a.f), f, in("v", v, s), in("dy", f.numbers(), s)).withZeros());
    }

    private static void edges(List<Case> cases) {
        cases.add(special(new Activation.Relu(), 1.5, -1.5, NAN, INFINITE, 0x1p-149, Float.MAX_VALUE, 7));
        cases.add(special(new Activation.Relu6(), 1.5, -1.5, NAN, INFINITE, -INFINITE, 0x1p-149, 6, 0x1.7ffffep2, 7));
        cases.add(special(new Activation.Tanh(), NAN, INFINITE, -INFINITE, 1e-30, -1e-6, 9, -9.1, 100, -1e30, 1e-3, 0.54,
                -0.56));
        cases.add(special(new Activation.Sigmoid(), NAN, INFINITE, -INFINITE, 1e-30, -1e-6, 17, -17, 88, -88, 89, -89,
                -103, 104, -1e30, 1e30));
        cases.add(special(new Activation.HardSigmoid(), NAN, INFINITE, -INFINITE, 3, -3, 0x1.7ffffep1, -0x1.7ffffep1, 1e-30));
        cases.add(special(new Activation.Reciprocal(), NAN, INFINITE, -INFINITE, 1, -3, 0x1p-120, -0x1p120, 1e30));
        double[] values = {NAN, 0x1p-149, -0x1p-149, 1e-30, -1e-6, 3, -3, 0x1.7ffffep1, -0x1.800002p1, 6, -6, 17, -17, 30,
                -30, 88,
                -88, 89, -89, 100, -104, 1e10, -1e10};
        for (Activation f : List.of(new Activation.LeakyRelu(0.01), new Activation.Elu(1), new Activation.HardSwish(),
                new Activation.Silu(), new Activation.Gelu(), new Activation.GeluTanh(), new Activation.Affine(0.3, -0.7))) {
            cases.add(special(f, values));
            if (f.slopeOfInput())
                cases.add(Case.of(new ActivateGrad(f), Filling.REALS, in("x", Values.cycle(spread(values)), 19 * values.length),
                        in("dy", Values.uniform(1, 2), 19 * values.length)).named("at the edges").withZeros());
        }
    }

    private static Case special(Activation f, double... values) {
        return Case.of(new Activate(f), Filling.REALS, in("x", Values.cycle(spread(values)), 19 * values.length))
                .named("at the edges").withZeros();
    }

    /** These values in every place of a vector. */
    private static double[] spread(double... values) {
        return IntStream.range(0, values.length * 19).mapToDouble(i -> values[(i + i / values.length) % values.length])
                .toArray();
    }
}
