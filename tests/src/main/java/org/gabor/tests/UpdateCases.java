package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Node;
import org.gabor.graph.Pointwise.ChannelSum;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.Update.Accumulate;
import org.gabor.graph.Update.ClipNorm;
import org.gabor.graph.Update.ClipValue;
import org.gabor.graph.Update.FiniteGuard;
import org.gabor.graph.Update.Group;
import org.gabor.graph.Update.MovingAverage;
import org.gabor.graph.Update.PackSlab;
import org.gabor.graph.Update.RunningUpdate;
import org.gabor.graph.Update.SlabUpdate;
import org.gabor.graph.UpdateRule;
import org.gabor.graph.UpdateRule.Adagrad;
import org.gabor.graph.UpdateRule.Adam;
import org.gabor.graph.UpdateRule.RmsProp;
import org.gabor.graph.UpdateRule.Sgd;

/** Changes in place, with the guard open and closed. */
final class UpdateCases {
    private static final int MANY = 100_003;

    /** Every rule with what makes a difference to it. */
    private static final List<UpdateRule> RULES = List.of(new Sgd(0, 0, false), new Sgd(0.9, 0, false), new Sgd(0.9, 0, true),
            new Sgd(0.9, 0.5, false), new Adam(0.9, 0.999, 1e-8, false), new Adam(0.8, 0.99, 1e-6, true),
            new RmsProp(0.99, 1e-8, 0, false), new RmsProp(0.9, 1e-5, 0.9, false), new RmsProp(0.99, 1e-8, 0, true),
            new RmsProp(0.95, 1e-3, 0.5, true), new Adagrad(1e-10));

    private UpdateCases() {}

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        guards(cases);
        packs(cases);
        for (boolean open : new boolean[] {true, false}) {
            String special = open ? "" : "behind a closed guard";
            for (UpdateRule rule : RULES)
                for (int[] sizes : new int[][] {{1, 1}, {16, 32}, {40_000, 17}})
                    for (int step : rule instanceof UpdateRule.Adagrad ? new int[] {0} : new int[] {0, 7, 9999})
                        if (open || step == 7) cases.add(slab(rule, sizes[0], sizes[1], step, open).named(special));
            for (int size : new int[] {1, 48, 1040}) clips(cases, size, open, special);
            for (int c : new int[] {1, 6, 17, 64})
                for (long count : new long[] {2, 3 * 49})
                    cases.add(Case.of(new RunningUpdate(0.1, count), Filling.REALS,
                            kept("running", Values.NORMAL.statistics(c), 2, c),
                            in("stats", Values.NORMAL.statistics(c), 2, c), guard(open)).named(special));
            cases.add(Case.of(new Accumulate(), Filling.REALS, kept("total", Values.NORMAL, 1),
                    in("x", Values.NORMAL, 1), guard(open)).named(special));
        }
        return cases;
    }

    private static Case.Arg guard(boolean open) {
        return new Case.Arg("guard", Update.GUARD, true, open ? Values.all(0) : Values.cycle(1, 100));
    }

    /** Two groups, zeros at the end of each, and a stretch behind them that belongs to no group. */
    private static Case slab(UpdateRule rule, int first, int second, int step, boolean open) {
        int begin = (first + 15) / 16 * 16, end = begin + (second + 15) / 16 * 16, size = end + 16;
        var groups = List.of(new Group("decay", 0, begin, 5e-4), new Group("no decay", begin, end, 0));
        Inside padded = values -> (random, i) -> i < first || (i >= begin && i < begin + second) ? values.at(random, i) : 0;
        var args = new ArrayList<>(List.of(kept("weights", padded.of(Values.NORMAL), size),
                kept("gradients", padded.of(Values.NORMAL), size), in("lr", Values.all(0.05), 1),
                new Case.Arg("step", TensorType.i32(1), false, Values.all(step)), guard(open)));
        for (int i = 0; i < rule.states(); i++)
            args.add(kept("state" + i, padded.of(positive(rule, i) ? Values.uniform(0.3, 2) : Values.uniform(-0.5, 0.5)), size));
        // without named outputs: the slabs are read as parameters, and their padding is zero
        return new Case("SlabUpdate", rule + " " + groups + " step " + step, args, Filling.REALS, true,
                (g, in) -> g.add(new SlabUpdate(rule, groups), in));
    }

    private interface Inside {
        Values of(Values values);
    }

    /** Whether a state is a mean of squares, which is no less than the square of the mean. */
    private static boolean positive(UpdateRule rule, int state) {
        return switch (rule) {
            case UpdateRule.Sgd _ -> false;
            case UpdateRule.Adam _ -> state == 1;
            case UpdateRule.RmsProp _,UpdateRule.Adagrad _ -> state == 0;
        };
    }

    /** Norms and values below and above the limit; the moving average of as many weights. */
    private static void clips(List<Case> cases, int size, boolean open, String special) {
        for (double limit : new double[] {0.01, 0.8, 1e6}) {
            Case.Arg gradients = kept("gradients", Values.NORMAL, size);
            cases.add(changes(new ClipNorm(limit), gradients, guard(open)).named(special));
            cases.add(changes(new ClipValue(limit), gradients, guard(open)).named(special));
        }
        for (double decay : new double[] {0, 0.9, 0.9999})
            cases.add(changes(new MovingAverage(decay), kept("average", Values.NORMAL, size),
                    kept("weights", Values.NORMAL, size), guard(open)).named(special));
    }

    /** An update that is judged by what the parameters are after it. */
    private static Case changes(Update op, Case.Arg... args) {
        return new Case(op.getClass().getSimpleName(), op.toString(), List.of(args), Filling.REALS, true,
                (g, in) -> g.add(op, in));
    }

    private static void packs(List<Case> cases) {
        for (Filling f : Filling.values()) {
            cases.add(Case.of(new PackSlab(List.of(0)), f, kept("slab", f.numbers(), 1), in("a", f, 1)));
            cases.add(Case.of(new PackSlab(List.of(16, 0, 48)), f, kept("slab", f.numbers(), 64), in("a", f, 3, 7),
                    in("b", f, 16), in("c", f, 2, 2, 2, 2)));
            List<Case.Arg> args = List.of(kept("slab", f.numbers(), 96), in("x", f, 4, 8), in("dy", f, 4, 6));
            cases.add(packed("gradients made in the slab", f, args, (x, dy) -> List.of(dy.matmul(x, true, false),
                    x.graph().add(new ChannelSum(), dy))));
            cases.add(packed("one gradient twice", f, args, (x, dy) -> {
                Node dw = dy.matmul(x, true, false);
                return List.of(dw, dw);
            }));
            cases.add(packed("a gradient and a view of it", f, args, (x, dy) -> {
                Node dw = dy.matmul(x, true, false);
                return List.of(dw.reshape(Shape.of(48)), dw);
            }));
            cases.add(packed("an input and a view of one", f, args, (x, dy) -> List.of(dy, x.reshape(Shape.of(32)))));
        }
    }

    private interface Gradients {
        List<Node> of(Node x, Node dy);
    }

    private static Case packed(String what, Filling f, List<Case.Arg> args, Gradients gradients) {
        return new Case("PackSlab", "PackSlab of " + what, args, f, false, (g, in) -> {
            List<Node> pieces = gradients.of(in.get(1), in.get(2));
            g.add(new PackSlab(List.of(0, 48)), in.getFirst(), pieces.get(0), pieces.get(1));
        });
    }

    private static void guards(List<Case> cases) {
        double nan = Double.NaN, infinite = Double.POSITIVE_INFINITY;
        cases.add(guarded("all finite", Values.all(1.5), Values.NORMAL, true));
        cases.add(guarded("largest floats", Values.all(Float.MAX_VALUE),
                Values.cycle(Float.MAX_VALUE, -Float.MAX_VALUE), true));
        cases.add(guarded("loss NaN", Values.all(nan), Values.NORMAL, true));
        cases.add(guarded("loss infinite", Values.all(infinite), Values.NORMAL, true));
        cases.add(guarded("first gradient NaN", Values.all(1), spike(0, nan), true));
        cases.add(guarded("last gradient infinite", Values.all(1), spike(MANY - 1, -infinite), true));
        cases.add(guarded("one gradient infinite", Values.all(1), spike(70_000, infinite), true));
        cases.add(guarded("two infinities of opposite sign", Values.all(1), (r, i) -> i == 3 ? infinite : i == 4
                ? -infinite : r.normal(i), true));
        cases.add(guarded("bad again", Values.all(nan), Values.NORMAL, false));
        cases.add(guarded("good again", Values.all(1), Values.NORMAL, false));
    }

    private static Values spike(int at, double value) { return (random, i) -> i == at ? value : random.normal(i); }

    private static Case guarded(String what, Values loss, Values gradients, boolean open) {
        return new Case("FiniteGuard", "FiniteGuard " + what, List.of(guard(open),
                new Case.Arg("step", TensorType.i32(1), false, Values.all(42)),
                in("loss", loss, 1), kept("gradients", gradients, MANY)), Filling.INTEGERS, true,
                (g, in) -> g.add(new FiniteGuard(), in));
    }
}
