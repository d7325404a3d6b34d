package org.gabor.tests.oracle;

import org.gabor.graph.Criterion;

/** The loss of one sample, and its derivative by each score. */
final class Criteria {
    private Criteria() {}

    static double loss(Criterion criterion, double[] x, int label) {
        int c = x.length;
        double loss = 0;
        switch (criterion) {
            case Criterion.CrossEntropy e -> {
                if (ignored(e, label)) return 0;
                for (int j = 0; j < c; j++) loss += share(e, c, label, j) * (Losses.logSumExp(x) - x[j]);
            }
            case Criterion.MultiMargin m -> {
                for (int j = 0; j < c; j++)
                    if (j != label) loss += Math.pow(Math.max(0, m.margin() - x[label] + x[j]), m.power()) / c;
            }
            case Criterion.SquaredError _ -> {
                for (int j = 0; j < c; j++) loss += (x[j] - target(label, j)) * (x[j] - target(label, j)) / c;
            }
            case Criterion.BinaryCrossEntropy _ -> {
                for (int j = 0; j < c; j++)
                    loss += (Math.max(x[j], 0) - x[j] * target(label, j) + Math.log1p(Math.exp(-Math.abs(x[j])))) / c;
            }
        }
        return loss;
    }

    static double[] gradient(Criterion criterion, double[] x, int label) {
        int c = x.length;
        double[] d = new double[c];
        switch (criterion) {
            case Criterion.CrossEntropy e -> {
                if (ignored(e, label)) return d;
                double all = 0;
                for (int j = 0; j < c; j++) all += share(e, c, label, j);
                for (int j = 0; j < c; j++)
                    d[j] = all * Math.exp(x[j] - Losses.logSumExp(x)) - share(e, c, label, j);
            }
            case Criterion.MultiMargin m -> {
                for (int j = 0; j < c; j++) {
                    double z = m.margin() - x[label] + x[j];
                    if (j == label || z <= 0) continue;
                    d[j] = (m.power() == 1 ? 1 : 2 * z) / c;
                    d[label] -= d[j];
                }
            }
            case Criterion.SquaredError _ -> {
                for (int j = 0; j < c; j++) d[j] = 2 * (x[j] - target(label, j)) / c;
            }
            case Criterion.BinaryCrossEntropy _ -> {
                for (int j = 0; j < c; j++) d[j] = (Activations.sigmoid(x[j]) - target(label, j)) / c;
            }
        }
        return d;
    }

    static boolean ignored(Criterion.CrossEntropy e, int label) {
        return e.ignore().isPresent() && e.ignore().getAsInt() == label;
    }

    /**
     * What -log p[j] counts in the loss of a sample of class {@code label}: (1 - smoothing) v[l] for l, smoothing v[j] / c
     * for all.
     */
    static double share(Criterion.CrossEntropy e, int c, int label, int j) {
        double v = e.weights().isEmpty() ? 1 : e.weights().get(j);
        return (j == label ? (1 - e.smoothing()) * v : 0) + e.smoothing() / c * v;
    }

    static double target(int label, int j) { return j == label ? 1 : 0; }
}
