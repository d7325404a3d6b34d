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
import org.gabor.graph.Update.FiniteGuard;
import org.gabor.graph.Update.Group;
import org.gabor.graph.Update.PackSlab;
import org.gabor.graph.Update.Rule.Sgd;
import org.gabor.graph.Update.RunningUpdate;
import org.gabor.graph.Update.SlabUpdate;

/** Changes in place, with the guard open and closed. */
final class UpdateCases {
    private UpdateCases() {}

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        guards(cases);
        packs(cases);
        for (boolean open : new boolean[] {true, false}) {
            String special = open ? "" : "behind a closed guard";
            for (Sgd rule : List.of(new Sgd(0, false), new Sgd(0.9, false), new Sgd(0.9, true)))
                for (int[] sizes : new int[][] {{1, 1}, {16, 32}, {1000, 17}}) cases.add(slab(rule, sizes[0], sizes[1],
                        open).named(special));
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

    /** Two groups, zeros at the end of each, and a stretch behind them that belongs to no group and stays as it is. */
    private static Case slab(Sgd rule, int first, int second, boolean open) {
        int begin = (first + 15) / 16 * 16, end = begin + (second + 15) / 16 * 16, size = end + 16;
        var groups = List.of(new Group("decay", 0, begin, 5e-4), new Group("no decay", begin, end, 0));
        Values padded = (random, i) -> {
            boolean padding = i < begin ? i >= first : i < end && i >= begin + second;
            return padding ? 0 : random.normal(i);
        };
        var args = new ArrayList<>(List.of(kept("weights", padded, size), kept("gradients", padded, size),
                in("lr", Values.all(0.05), 1), new Case.Arg("step", TensorType.i32(1), false, Values.all(7)), guard(open)));
        if (rule.states() == 1) args.add(kept("velocity", padded, size));
        // without named outputs: the slabs are read as parameters, and their padding is zero
        return new Case("SlabUpdate", rule + " " + groups, args, Filling.REALS, true,
                (g, in) -> g.add(new SlabUpdate(rule, groups), in));
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
        cases.add(guarded("last gradient infinite", Values.all(1), spike(1002, -infinite), true));
        cases.add(guarded("one gradient infinite", Values.all(1), spike(517, infinite), true));
        cases.add(guarded("two infinities of opposite sign", Values.all(1), (r, i) -> i == 3 ? infinite : i == 4
                ? -infinite : r.normal(i), true));
        cases.add(guarded("bad again", Values.all(nan), Values.NORMAL, false));
        cases.add(guarded("good again", Values.all(1), Values.NORMAL, false));
    }

    private static Values spike(int at, double value) { return (random, i) -> i == at ? value : random.normal(i); }

    private static Case guarded(String what, Values loss, Values gradients, boolean open) {
        return new Case("FiniteGuard", "FiniteGuard " + what, List.of(guard(open),
                new Case.Arg("step", TensorType.i32(1), false, Values.all(42)),
                in("loss", loss, 1), kept("gradients", gradients, 1003)), Filling.INTEGERS, true,
                (g, in) -> g.add(new FiniteGuard(), in));
    }
}
