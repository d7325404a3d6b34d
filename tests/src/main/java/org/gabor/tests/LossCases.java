package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.labels;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Loss.Expand;
import org.gabor.graph.Loss.InTopK;
import org.gabor.graph.Loss.Softmax;
import org.gabor.graph.Loss.SoftmaxCrossEntropy;
import org.gabor.graph.Loss.SoftmaxCrossEntropyGrad;
import org.gabor.graph.Loss.SoftmaxGrad;
import org.gabor.graph.Loss.Sum;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/** Losses, scores and sums. */
final class LossCases {
    private LossCases() {}

    private static final int[][] SCORES = {{1, 2}, {4, 5}, {64, 10}, {17, 10}, {33, 3}, {2, 1000}, {16, 17}, {32, 100}};

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (int[] s : SCORES) {
            int n = s[0], c = s[1];
            cases.addAll(scores(n, c, Values.NORMAL, ""));
            cases.addAll(scores(n, c, Values.NORMAL.affine(1, 100), "far from zero"));
            // exp of the scores themselves would overflow, and most probabilities are next to nothing
            cases.addAll(scores(n, c, Values.NORMAL.affine(40, 0), "far apart"));
            Case.Arg y = in("y", Values.uniform(0, 1), n, c), dy = in("dy", Filling.REALS, n, c);
            cases.add(Case.of(new SoftmaxGrad(), Filling.REALS, y, dy));
            for (int k : c > 17 ? new int[] {c / 5, c / 2} : new int[] {1, 2, 5})
                cases.add(Case.of(new InTopK(k), Filling.INTEGERS,
                        in("x", n < 3 ? Values.cycle(1, 1) : Values.INTEGERS, n, c),
                        n < 3 ? new Case.Arg("labels", TensorType.i32(n), false, Values.all(0)) : labels(n, c))
                        .withZeros());
        }
        for (Shape s : List.of(Shape.of(1), Shape.of(7), Shape.of(4096), Shape.of(33, 10), Shape.of(2, 3, 5, 7),
                Shape.of(16, 6, 4, 4)))
            for (Filling f : Filling.values()) {
                Values x = f.exact() ? Values.below(7).affine(1, 1) : f.numbers();
                double mean = f.exact() ? -0.5 : 1.0 / s.size();
                cases.add(Case.of(new Sum(1), f, in("x", x, s)));
                cases.add(Case.of(new Sum(mean), f, in("x", x, s)).named("scaled"));
                cases.add(Case.of(new Expand(s, mean), f, in("x", f, 1)));
            }
        return cases;
    }

    private static List<Case> scores(int n, int c, Values x, String special) {
        Case.Arg logits = in("x", x, n, c), dy = in("dy", Values.NORMAL, n);
        // a certain prediction has no loss and no gradient
        return List.of(Case.of(new SoftmaxCrossEntropy(), Filling.REALS, logits,
                labels(n, c)).named(special).withZeros(),
                Case.of(new SoftmaxCrossEntropyGrad(), Filling.REALS, logits, labels(n, c), dy).named(special),
                Case.of(new Softmax(), Filling.REALS, logits).named(special));
    }
}
