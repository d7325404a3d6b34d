package org.gabor.tests.oracle;

import static org.gabor.tests.oracle.PointwiseBounds.at;
import static org.gabor.tests.oracle.PointwiseBounds.each;

import org.gabor.graph.Loss;

/**
 * Error bounds of softmax and its companions. With M = max x, S = sum of exp(x - M): exp(x_j - M) is off by
 * u |x_j - M| (the subtraction) and exp's own error, relatively; weighted with p_j = softmax(x)_j these give
 * {@code spread} = the relative error of S, the (c + 2) u of its c terms included.
 */
final class LossBounds {
    private static final double U = Approx.U;

    private LossBounds() {}

    static double[] of(Loss op, Operands v, Operands e) {
        return switch (op) {
            case Loss.SampleLoss l -> {
                double[] bound = v.out();
                for (int i = 0; i < bound.length; i++)
                    bound[i] = CriterionBounds.loss(l.criterion(), scores(v, e, 0, i), Samples.label(v, i)).error();
                yield bound;
            }
            case Loss.SampleLossGrad l -> bySample(v, i -> {
                Approx[] d = CriterionBounds.gradient(l.criterion(), scores(v, e, 0, i), Samples.label(v, i));
                for (int j = 0; j < d.length; j++) d[j] = d[j].times(at(v, e, 2, i));
                return d;
            });
            case Loss.SampleWeight w -> each(v, i -> Approx.rounded(Losses.weight(w.criterion(), (int) v.in(0)[i])));
            case Loss.Softmax _ -> bySample(v, i -> softmax(scores(v, e, 0, i)));
            case Loss.LogSoftmax _ -> bySample(v, i -> logSoftmax(scores(v, e, 0, i)));
            case Loss.SoftmaxGrad _ -> bySample(v, i -> {
                Approx[] y = scores(v, e, 0, i), dy = scores(v, e, 1, i), terms = new Approx[y.length];
                for (int j = 0; j < y.length; j++) terms[j] = y[j].times(dy[j]);
                Approx dot = Approx.sum(terms);
                for (int j = 0; j < y.length; j++) terms[j] = y[j].times(dy[j].minus(dot));
                return terms;
            });
            case Loss.LogSoftmaxGrad _ -> bySample(v, i -> {
                Approx[] y = scores(v, e, 0, i), dy = scores(v, e, 1, i);
                Approx sum = Approx.sum(dy);
                for (int j = 0; j < y.length; j++) dy[j] = dy[j].minus(ActivationBounds.exp(y[j]).times(sum));
                return dy;
            });
            case Loss.InTopK _ -> {
                double[] bound = v.out();
                for (int i = 0; i < bound.length; i++)
                    bound[i] = rankIsOpen(scores(v, e, 0, i), Samples.label(v, i)) ? 1 : 0;
                yield bound;
            }
            case Loss.Sum s -> {
                double scale = Math.abs(s.scale());
                yield Bounds.linear(new Loss.Sum(scale), v, e, 0, scale);
            }
            case Loss.Expand s -> each(v, _ -> Approx.rounded(s.scale()).times(at(v, e, 0, 0)));
        };
    }

    private interface Sample {
        Approx[] of(int i);
    }

    /** The errors of a result that is computed a sample at a time. */
    private static double[] bySample(Operands v, Sample sample) {
        double[] bound = v.out();
        for (int i = 0; i < Samples.count(v.result()); i++) {
            Approx[] of = sample.of(i);
            for (int j = 0; j < of.length; j++) bound[Samples.place(v.result(), i, j)] = of[j].error();
        }
        return bound;
    }

    private static Approx[] scores(Operands v, Operands e, int k, int i) {
        double[] value = Samples.scores(v, k, i), error = Samples.scores(e, k, i);
        var scores = new Approx[value.length];
        for (int j = 0; j < scores.length; j++) scores[j] = new Approx(value[j], error[j]);
        return scores;
    }

    private static double spread(double[] x) {
        double max = Losses.max(x), total = Losses.logSumExp(x), spread = 0;
        for (double xj : x) spread += Math.exp(xj - total) * U * (max - xj);
        return spread + Bounds.FUNCTION + (x.length + 2) * U;
    }

    /**
     * x_j - M - log S. log turns the relative error of S into an absolute one and adds its own; the two sums round. An
     * error d of x moves the log-sum by at most max |d|, and x_j by its own.
     */
    static Approx[] logSoftmax(Approx[] scores) {
        double[] x = Approx.values(scores);
        double max = Losses.max(x), total = Losses.logSumExp(x), passed = Losses.max(Approx.errors(scores));
        double sum = spread(x) * 1.01 + Bounds.FUNCTION * Math.abs(total - max);
        var y = new Approx[x.length];
        for (int j = 0; j < y.length; j++) {
            double rounding = 2 * U * (Math.abs(max) + Math.abs(x[j]) + Math.abs(total - max));
            y[j] = new Approx(x[j] - total, sum + rounding + passed + scores[j].error());
        }
        return y;
    }

    /** exp(x_j - M) / S: an error d of x changes it by a factor of at most exp(2 max |d|). */
    static Approx[] softmax(Approx[] scores) {
        double[] x = Approx.values(scores);
        double max = Losses.max(x), total = Losses.logSumExp(x), spread = spread(x);
        double passed = Math.expm1(2 * Losses.max(Approx.errors(scores)));
        var y = new Approx[x.length];
        for (int j = 0; j < y.length; j++) {
            double p = Math.exp(x[j] - total), relative = U * (max - x[j]) + Bounds.FUNCTION + spread + 2 * U;
            y[j] = new Approx(p, p * (1.01 * relative + passed) + Bounds.FLUSH);
        }
        return y;
    }

    private static boolean rankIsOpen(Approx[] x, int label) {
        for (int j = 0; j < x.length; j++) {
            double reach = x[j].error() + x[label].error();
            if (j != label && reach > 0 && Math.abs(x[j].value() - x[label].value()) <= reach) return true;
        }
        return false;
    }
}
