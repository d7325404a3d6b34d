package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnGradSums;
import org.gabor.graph.Normalization.BnGradX;
import org.gabor.graph.Normalization.BnStats;
import org.gabor.graph.Normalization.Lrn;
import org.gabor.graph.Normalization.LrnGrad;
import org.gabor.graph.Shape;

/** Batch normalisation in its parts, and local response normalisation. */
final class NormalizationCases {
    private static final double EPS = 1e-5;
    private static final Filling REALS = Filling.REALS;

    private NormalizationCases() {}

    private static final List<Shape> SHAPES = List.of(Shape.of(1, 1, 1, 2), Shape.of(1, 3, 5, 7), Shape.of(16, 6, 9, 9),
            Shape.of(17, 16, 4, 4), Shape.of(33, 1, 6, 6), Shape.of(1, 64, 3, 3), Shape.of(32, 17, 1, 1),
            Shape.of(16, 64, 4, 4),
            Shape.of(2, 3), Shape.of(64, 17));

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Shape s : SHAPES) {
            int c = s.c();
            Case.Arg x = in("x", Values.NORMAL, s), dy = in("dy", Values.NORMAL, s);
            Case.Arg stats = kept("stats", Values.NORMAL.statistics(c), 2, c);
            Case.Arg gamma = kept("gamma", Values.uniform(0.5, 1.5), c), beta = kept("beta", Values.NORMAL, c);
            Case.Arg sums = in("sums", Values.NORMAL, 2, c);
            cases.add(Case.of(new BnStats(), REALS, x));
            cases.add(Case.of(new BatchNorm(EPS), REALS, x, stats, gamma, beta));
            cases.add(Case.of(new BnGradSums(EPS), REALS, x, stats, dy));
            cases.add(Case.of(new BnGradX(EPS, true), REALS, x, stats, gamma, dy, sums));
            cases.add(Case.of(new BnGradX(1e-3, false), REALS, x, stats, gamma, dy, sums));
        }
        // a mean of squares less the square of the mean would lose all digits of this variance
        for (int n : new int[] {4, 16, 17})
            cases.add(Case.of(new BnStats(), REALS, in("x", Values.NORMAL.affine(0.1, 100), n, 3, 4,
                    4)).named("far from zero"));
        cases.add(Case.of(new BatchNorm(EPS), REALS, in("x", Values.NORMAL, 4, 3, 2, 2),
                kept("stats", Values.cycle(0.5, -1, 2, 0, 0, 0), 2, 3),
                kept("gamma", Values.all(1), 3), kept("beta", Values.all(0), 3)).named("without variance"));
        for (int size : new int[] {1, 2, 3, 4, 5, 8})
            for (int[] s : new int[][] {{1, 1, 1, 1}, {2, 7, 3, 3}, {16, 6, 4, 4}, {17, 5, 3, 2}, {32, 17, 2, 3}, {3, 64, 2, 2}})
                for (Lrn lrn : List.of(new Lrn(size, 1e-4, 0.75, 2), new Lrn(size, 0.5, 0.75, 1), new Lrn(size, 0.1, 1, 1))) {
                    if (lrn.beta() == 1 && size % 2 == 0) continue;
                    cases.add(Case.of(lrn, REALS, in("x", Values.NORMAL, s)));
                    cases.add(Case.of(new LrnGrad(lrn), REALS, in("x", Values.NORMAL, s), in("dy", Values.NORMAL, s)));
                }
        return cases;
    }
}
