package org.gabor.tests.oracle;

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
        double[] bound = v.out();
        switch (op) {
            case Loss.SoftmaxCrossEntropy _ -> {
                for (int n = 0; n < bound.length; n++) bound[n] = crossEntropy(v, e, n);
            }
            case Loss.SoftmaxCrossEntropyGrad _ -> {
                int c = v.shape(0).c();
                for (int i = 0; i < bound.length; i++) {
                    Approx hit = Approx.exact(i % c == Losses.label(v, i / c) ? 1 : 0);
                    bound[i] = softmax(v, e, i).minus(hit).times(PointwiseBounds.at(v, e, 2, i / c)).error();
                }
            }
            case Loss.Softmax _ -> {
                for (int i = 0; i < bound.length; i++) bound[i] = softmax(v, e, i).error();
            }
            case Loss.SoftmaxGrad _ -> {
                for (int i = 0; i < bound.length; i++) bound[i] = softmaxGradient(v, e, i);
            }
            case Loss.InTopK _ -> {
                for (int n = 0; n < bound.length; n++) bound[n] = rankIsOpen(v, e, n) ? 1 : 0;
            }
            case Loss.Sum s -> {
                double scale = Math.abs(s.scale());
                return Bounds.linear(new Loss.Sum(scale), v, e, scale);
            }
            case Loss.Expand x -> {
                for (int i = 0; i < bound.length; i++)
                    bound[i] = Approx.rounded(x.scale()).times(PointwiseBounds.at(v, e, 0, 0)).error();
            }
        }
        return bound;
    }

    private static double spread(double[] x) {
        double max = Losses.max(x), total = Losses.logSumExp(x), spread = 0;
        for (double xj : x) spread += Math.exp(xj - total) * U * (max - xj);
        return spread + Bounds.FUNCTION + (x.length + 2) * U;
    }

    /**
     * loss = log S + M - x[label]. log turns the relative error of S into an absolute one and adds its own; the two
     * sums round. An error d of x moves the log-sum by at most max |d|, and x[label] by its own.
     */
    private static double crossEntropy(Operands v, Operands e, int n) {
        double[] x = Losses.row(v, 0, n), ex = Losses.row(e, 0, n);
        double max = Losses.max(x), total = Losses.logSumExp(x);
        int label = Losses.label(v, n);
        double rounding = spread(x) * 1.01 + Bounds.FUNCTION * Math.abs(total - max)
                + 2 * U * (Math.abs(max) + Math.abs(x[label]) + Math.abs(total - max));
        return rounding + Losses.max(ex) + ex[label];
    }

    /** exp(x_j - M) / S: an error d of x changes it by a factor of at most exp(2 max |d|). */
    private static Approx softmax(Operands v, Operands e, int i) {
        int c = v.shape(0).c();
        double[] x = Losses.row(v, 0, i / c);
        double xj = x[i % c], p = Math.exp(xj - Losses.logSumExp(x));
        double relative = U * (Losses.max(x) - xj) + Bounds.FUNCTION + spread(x) + 2 * U;
        double passed = Math.expm1(2 * Losses.max(Losses.row(e, 0, i / c)));
        return new Approx(p, p * (1.01 * relative + passed) + Bounds.FLUSH);
    }

    private static double softmaxGradient(Operands v, Operands e, int i) {
        int c = v.shape(0).c(), row = i / c * c;
        double dot = 0, error = 0;
        for (int j = row; j < row + c; j++) {
            Approx product = PointwiseBounds.at(v, e, 0, j).times(PointwiseBounds.at(v, e, 1, j));
            dot += product.value();
            error += product.error() + (c + 2) * U * product.magnitude();
        }
        return PointwiseBounds.at(v, e, 0, i).times(PointwiseBounds.at(v, e, 1,
                i).minus(new Approx(dot, error))).error();
    }

    private static boolean rankIsOpen(Operands v, Operands e, int n) {
        double[] x = Losses.row(v, 0, n), ex = Losses.row(e, 0, n);
        int label = Losses.label(v, n);
        for (int j = 0; j < x.length; j++) {
            double reach = ex[j] + ex[label];
            if (j != label && reach > 0 && Math.abs(x[j] - x[label]) <= reach) return true;
        }
        return false;
    }
}
