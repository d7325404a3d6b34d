package org.gabor.tests.oracle;

import java.util.Arrays;
import org.gabor.graph.Criterion;

/** Error bounds of the loss of one sample and of its derivatives. */
final class CriterionBounds {
    private static final double U = Approx.U;

    private CriterionBounds() {}

    static Approx loss(Criterion criterion, Approx[] x, int label) {
        int c = x.length;
        return switch (criterion) {
            case Criterion.CrossEntropy e -> crossEntropy(e, x, label);
            case Criterion.MultiMargin m -> mean(c, j -> {
                if (j == label) return Approx.exact(0);
                Approx z = over(m, x, label, j);
                return m.power() == 1 ? z : z.times(z);
            });
            case Criterion.SquaredError _ -> mean(c, j -> {
                Approx d = x[j].minus(Approx.exact(Criteria.target(label, j)));
                return d.times(d);
            });
            case Criterion.BinaryCrossEntropy _ -> mean(c, j -> {
                Approx positive = new Approx(Math.max(x[j].value(), 0), x[j].error());
                Approx taken = j == label ? positive.minus(x[j]) : positive;
                return taken.plus(logOfOnePlusExp(x[j]));
            });
        };
    }

    /**
     * The sum of a_j (-log p_j): each log is off by its bound. Computed as a log-sum-exp times the sum of a less the sum
     * of a_j x_j it rounds more; with one term only, and that with a coefficient of 1, neither rounds anything.
     */
    private static Approx crossEntropy(Criterion.CrossEntropy e, Approx[] x, int label) {
        int c = x.length;
        if (Criteria.ignored(e, label)) return Approx.exact(0);
        double total = Losses.logSumExp(Approx.values(x)), value = 0, error = 0;
        double roundings = e.smoothing() > 0 ? c + 4 : e.weights().isEmpty() ? 0 : 4;
        Approx[] log = LossBounds.logSoftmax(x);
        for (int j = 0; j < c; j++) {
            double a = Criteria.share(e, c, label, j);
            value -= a * log[j].value();
            error += a * (log[j].error() + roundings * U * (Math.abs(total) + Math.abs(x[j].value())));
        }
        return new Approx(value, error);
    }

    static Approx[] gradient(Criterion criterion, Approx[] x, int label) {
        int c = x.length;
        Approx share = Approx.rounded(1.0 / c);
        var d = new Approx[c];
        switch (criterion) {
            case Criterion.CrossEntropy e -> {
                if (Criteria.ignored(e, label)) {
                    Arrays.fill(d, Approx.exact(0));
                    return d;
                }
                boolean plain = e.smoothing() == 0 && e.weights().isEmpty();
                double all = 0;
                for (int j = 0; j < c; j++) all += Criteria.share(e, c, label, j);
                Approx sum = new Approx(all, plain ? 0 : (c + 4) * U * all);
                Approx[] p = LossBounds.softmax(x);
                for (int j = 0; j < c; j++) {
                    double a = Criteria.share(e, c, label, j);
                    d[j] = p[j].times(sum).minus(new Approx(a, plain ? 0 : 4 * U * a));
                }
            }
            case Criterion.MultiMargin m -> {
                for (int j = 0; j < c; j++) d[j] = j == label ? Approx.exact(0) : slope(m, x, label, j);
                d[label] = Approx.exact(0).minus(Approx.sum(d));
                for (int j = 0; j < c; j++) d[j] = d[j].times(share);
            }
            case Criterion.SquaredError _ -> {
                for (int j = 0; j < c; j++)
                    d[j] = Approx.exact(2).times(x[j].minus(Approx.exact(Criteria.target(label, j)))).times(share);
            }
            case Criterion.BinaryCrossEntropy _ -> {
                for (int j = 0; j < c; j++)
                    d[j] = ActivationBounds.sigmoid(x[j]).minus(Approx.exact(Criteria.target(label, j))).times(share);
            }
        }
        return d;
    }

    /** max(0, margin - x[l] + x[j]), summed in any order. */
    private static Approx over(Criterion.MultiMargin m, Approx[] x, int label, int j) {
        Approx margin = Approx.rounded(m.margin());
        double magnitude = margin.magnitude() + x[label].magnitude() + x[j].magnitude();
        double error = margin.error() + x[label].error() + x[j].error() + 2 * U * magnitude;
        double z = m.margin() - x[label].value() + x[j].value();
        return new Approx(Math.max(z, 0), z + error < 0 ? 0 : error);
    }

    /** The derivative of the power of what is over; of a hinge either of 0 and 1 where rounding leaves that open. */
    private static Approx slope(Criterion.MultiMargin m, Approx[] x, int label, int j) {
        Approx z = over(m, x, label, j);
        if (m.power() == 2) return Approx.exact(2).times(z);
        boolean open = m.margin() - x[label].value() + x[j].value() - z.error() <= 0 && z.error() > 0;
        return new Approx(z.value() > 0 ? 1 : 0, open ? 1 : 0);
    }

    /** log(1 + exp(-|x|)): the sum rounds, which costs u absolutely; an error d of x moves it by at most d / 2. */
    private static Approx logOfOnePlusExp(Approx x) {
        double e = Math.exp(-Math.abs(x.value())), y = Math.log1p(e);
        double rounding = 1.01 * (U + Bounds.FUNCTION * e / (1 + e)) + Bounds.FUNCTION * y;
        return new Approx(y, rounding + x.error() / 2);
    }

    private interface Term {
        Approx at(int j);
    }

    private static Approx mean(int c, Term term) {
        var terms = new Approx[c];
        for (int j = 0; j < c; j++) terms[j] = term.at(j);
        return Approx.sum(terms).times(Approx.rounded(1.0 / c));
    }
}
