package org.gabor.tests.oracle;

import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Loss;
import org.gabor.graph.Shape;

/** Losses and scores. */
final class Losses {
    private Losses() {}

    static double[] of(Loss op, Operands in) {
        double[] out = in.out();
        Shape x = in.shape(0);
        switch (op) {
            case Loss.SampleLoss l -> {
                for (int i = 0; i < out.length; i++)
                    out[i] = Criteria.loss(l.criterion(), Samples.scores(in, 0, i), Samples.label(in, i));
            }
            case Loss.SampleLossGrad l -> {
                for (int i = 0; i < Samples.count(x); i++) {
                    double[] d = Criteria.gradient(l.criterion(), Samples.scores(in, 0, i), Samples.label(in, i));
                    for (int j = 0; j < d.length; j++) out[Samples.place(x, i, j)] = d[j] * in.in(2)[i];
                }
            }
            case Loss.SampleWeight w -> {
                for (int i = 0; i < out.length; i++) out[i] = weight(w.criterion(), (int) in.in(0)[i]);
            }
            case Loss.Softmax _ -> {
                for (int i = 0; i < Samples.count(x); i++) {
                    double[] scores = Samples.scores(in, 0, i);
                    for (int j = 0; j < scores.length; j++)
                        out[Samples.place(x, i, j)] = Math.exp(scores[j] - logSumExp(scores));
                }
            }
            case Loss.LogSoftmax _ -> {
                for (int i = 0; i < Samples.count(x); i++) {
                    double[] scores = Samples.scores(in, 0, i);
                    for (int j = 0; j < scores.length; j++)
                        out[Samples.place(x, i, j)] = scores[j] - logSumExp(scores);
                }
            }
            case Loss.SoftmaxGrad _ -> {
                for (int i = 0; i < Samples.count(x); i++) {
                    double[] y = Samples.scores(in, 0, i), dy = Samples.scores(in, 1, i);
                    double dot = 0;
                    for (int j = 0; j < y.length; j++) dot += y[j] * dy[j];
                    for (int j = 0; j < y.length; j++) out[Samples.place(x, i, j)] = y[j] * (dy[j] - dot);
                }
            }
            case Loss.LogSoftmaxGrad _ -> {
                for (int i = 0; i < Samples.count(x); i++) {
                    double[] y = Samples.scores(in, 0, i), dy = Samples.scores(in, 1, i);
                    double sum = 0;
                    for (double d : dy) sum += d;
                    for (int j = 0; j < y.length; j++) out[Samples.place(x, i, j)] = dy[j] - Math.exp(y[j]) * sum;
                }
            }
            case Loss.InTopK t -> {
                for (int i = 0; i < out.length; i++)
                    out[i] = rank(Samples.scores(in, 0, i), Samples.label(in, i)) < t.k() ? 1 : 0;
            }
            case Loss.Sum s -> {
                for (double v : in.in(0)) out[0] += s.scale() * v;
            }
            case Loss.Expand e -> {
                for (int i = 0; i < out.length; i++) out[i] = e.scale() * in.in(0)[0];
            }
        }
        return out;
    }

    /** What a sample of class {@code label} counts for. */
    static double weight(CrossEntropy criterion, int label) {
        if (criterion.ignore().isPresent() && criterion.ignore().getAsInt() == label) return 0;
        return criterion.weights().isEmpty() ? 1 : criterion.weights().get(label);
    }

    /** log of the sum of exp x, without overflow. */
    static double logSumExp(double[] x) {
        double max = max(x), sum = 0;
        for (double v : x) sum += Math.exp(v - max);
        return max + Math.log(sum);
    }

    static double max(double[] x) {
        double max = Double.NEGATIVE_INFINITY;
        for (double v : x) max = Math.max(max, v);
        return max;
    }

    /** How many classes come before {@code label}: larger scores, and equal ones of a lower class. */
    private static int rank(double[] x, int label) {
        int before = 0;
        for (int j = 0; j < x.length; j++) if (x[j] > x[label] || (x[j] == x[label] && j < label)) before++;
        return before;
    }
}
