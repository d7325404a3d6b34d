package org.gabor.tests;

import static org.gabor.tests.Args.in;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Criterion;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Loss.Expand;
import org.gabor.graph.Loss.InTopK;
import org.gabor.graph.Loss.LogSoftmax;
import org.gabor.graph.Loss.LogSoftmaxGrad;
import org.gabor.graph.Loss.SampleLoss;
import org.gabor.graph.Loss.SampleLossGrad;
import org.gabor.graph.Loss.SampleWeight;
import org.gabor.graph.Loss.Softmax;
import org.gabor.graph.Loss.SoftmaxGrad;
import org.gabor.graph.Loss.Sum;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/** Losses, scores and sums. */
final class LossCases {
    private LossCases() {}

    private static final int[][] SCORES = {{1, 2}, {4, 5}, {64, 10}, {17, 10}, {33, 3}, {2, 1000}, {16, 17}, {32, 100}};
    /** Images whose pixels are samples. */
    private static final int[][] IMAGES =
            {{1, 2, 1, 1}, {2, 5, 2, 3}, {16, 6, 4, 4}, {17, 3, 5, 2}, {32, 17, 2, 2}, {3, 21, 6, 5}};
    /** A label that does not count. */
    private static final int IGNORED = 255;

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (int[] s : SCORES) {
            cases.addAll(scores(s, Values.NORMAL, ""));
            cases.addAll(scores(s, Values.NORMAL.affine(1, 100), "far from zero"));
            // exp of the scores themselves would overflow, and most probabilities are next to nothing
            if (s[0] > 1) cases.addAll(scores(s, Values.NORMAL.affine(40, 0), "far apart"));
            ranks(cases, s[1] > 17 ? new int[] {s[1] / 5, s[1] / 2} : new int[] {1, 2, 5}, s);
        }
        for (int[] s : IMAGES) {
            cases.addAll(scores(s, Values.NORMAL, ""));
            if (s[0] > 1) cases.addAll(scores(s, Values.NORMAL.affine(40, 0), "far apart"));
            ranks(cases, new int[] {1, 3}, s);
        }
        for (int[] s : List.of(SCORES[1], SCORES[3], SCORES[6], SCORES[7], IMAGES[1], IMAGES[2], IMAGES[3],
                IMAGES[4]))
            criteria(cases, s);
        sums(cases);
        return cases;
    }

    private static List<Case> scores(int[] s, Values x, String special) {
        Filling reals = Filling.REALS;
        Case.Arg logits = in("x", x, s), dy = in("dy", Values.NORMAL, samples(s)), dys = in("dy", Values.NORMAL, s);
        Criterion plain = new CrossEntropy();
        // a certain prediction has no loss and no gradient
        var cases = new ArrayList<>(List.of(
                Case.of(new SampleLoss(plain), reals, logits, labels(s, false)).named(special).withZeros(),
                Case.of(new SampleLossGrad(plain), reals, logits, labels(s, false), dy).named(special),
                Case.of(new Softmax(), reals, logits).named(special),
                Case.of(new LogSoftmax(), reals, logits).named(special).withZeros()));
        if (!special.isEmpty()) return cases;
        cases.add(Case.of(new SoftmaxGrad(), reals, in("y", Values.uniform(0, 1), s), dys));
        cases.add(Case.of(new LogSoftmaxGrad(), reals, in("y", Values.uniform(-8, 0), s), dys));
        return cases;
    }

    private static void criteria(List<Case> cases, int[] s) {
        int c = s[1];
        List<Double> weights = IntStream.range(0, c).mapToObj(j -> 0.5 + 1.75 * (j * 5 % c) / c).toList();
        OptionalInt none = OptionalInt.empty(), some = OptionalInt.of(IGNORED);
        for (Criterion criterion : List.of(new CrossEntropy(0.1, none, List.of()), new CrossEntropy(0, some, List.of()),
                new CrossEntropy(0, none, weights), new CrossEntropy(0.2, some, weights), new Criterion.MultiMargin(1, 1),
                new Criterion.MultiMargin(2, 0.7), new Criterion.SquaredError(), new Criterion.BinaryCrossEntropy())) {
            boolean ignores = criterion instanceof CrossEntropy e && e.ignore().isPresent();
            Case.Arg x = in("x", Values.NORMAL.affine(2, 0), s), dy = in("dy", Values.NORMAL, samples(s));
            cases.add(Case.of(new SampleLoss(criterion), Filling.REALS, x, labels(s, ignores)).withZeros());
            cases.add(Case.of(new SampleLossGrad(criterion), Filling.REALS, x, labels(s, ignores), dy).withZeros());
            if (criterion instanceof CrossEntropy e && e.weighted())
                cases.add(Case.of(new SampleWeight(e), Filling.REALS, labels(s, ignores)).withZeros());
            cases.add(Case.chain("mean and gradient of " + criterion, Filling.REALS, List.of(x, labels(s, ignores)),
                    (g, in) -> {
                        Node loss = criterion.mean(in.get(0), in.get(1));
                        g.output("loss", loss).output("dx", Autodiff.gradients(loss, List.of(in.get(0))).getFirst());
                    }).withZeros());
        }
        if (Integer.bitCount(c) == 1)
            for (int power : new int[] {1, 2}) {
                var criterion = new Criterion.MultiMargin(power, 1);
                Case.Arg x = in("x", Filling.INTEGERS, s);
                cases.add(Case.of(new SampleLoss(criterion), Filling.INTEGERS, x, labels(s, false)).withZeros());
                cases.add(Case.of(new SampleLossGrad(criterion), Filling.INTEGERS, x, labels(s, false),
                        in("dy", Values.INTEGERS, samples(s))).withZeros());
            }
    }

    private static void ranks(List<Case> cases, int[] ks, int[] s) {
        boolean few = s[0] < 3;
        Case.Arg x = in("x", few ? Values.cycle(1, 1) : Values.INTEGERS, s);
        Case.Arg first = new Case.Arg("labels", TensorType.i32(samples(s)), false, Values.all(0));
        for (int k : ks)
            cases.add(Case.of(new InTopK(k), Filling.INTEGERS, x, few ? first : labels(s, false)).withZeros());
    }

    private static void sums(List<Case> cases) {
        for (Shape s : List.of(Shape.of(1), Shape.of(7), Shape.of(4096), Shape.of(33, 10), Shape.of(2, 3, 5, 7),
                Shape.of(16, 6, 4, 4)))
            for (Filling f : Filling.values()) {
                Values x = f.exact() ? Values.below(7).affine(1, 1) : f.numbers();
                double mean = f.exact() ? -0.5 : 1.0 / s.size();
                cases.add(Case.of(new Sum(1), f, in("x", x, s)));
                cases.add(Case.of(new Sum(mean), f, in("x", x, s)).named("scaled"));
                cases.add(Case.of(new Expand(s, mean), f, in("x", f, 1)));
            }
    }

    private static int[] samples(int[] s) { return s.length == 2 ? new int[] {s[0]} : new int[] {s[0], s[2], s[3]}; }

    /** Labels for scores of these dimensions, every fourth of them {@link #IGNORED} if some are. */
    private static Case.Arg labels(int[] s, boolean ignores) {
        Values classes = Values.below(s[1]);
        return new Case.Arg("labels", TensorType.i32(samples(s)), false,
                (random, i) -> ignores && i % 4 == 1 ? IGNORED : classes.at(random, i));
    }
}
