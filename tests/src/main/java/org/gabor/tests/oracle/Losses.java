package org.gabor.tests.oracle;

import org.gabor.graph.Loss;

/** Losses and scores. */
final class Losses {
    private Losses() {}

    static double[] of(Loss op, Operands in) {
        double[] out = in.out();
        switch (op) {
            case Loss.SoftmaxCrossEntropy _ -> {
                for (int n = 0; n < out.length; n++) {
                    double[] x = row(in, 0, n);
                    out[n] = logSumExp(x) - x[label(in, n)];
                }
            }
            case Loss.SoftmaxCrossEntropyGrad _ -> {
                int c = in.shape(0).c();
                for (int i = 0; i < out.length; i++) {
                    double p = softmax(row(in, 0, i / c), i % c);
                    out[i] = (p - (i % c == label(in, i / c) ? 1 : 0)) * in.in(2)[i / c];
                }
            }
            case Loss.Softmax _ -> {
                int c = in.shape(0).c();
                for (int i = 0; i < out.length; i++) out[i] = softmax(row(in, 0, i / c), i % c);
            }
            case Loss.SoftmaxGrad _ -> {
                int c = in.shape(0).c();
                double[] y = in.in(0), dy = in.in(1);
                for (int i = 0; i < out.length; i++) {
                    double dot = 0;
                    for (int j = i / c * c; j < (i / c + 1) * c; j++) dot += y[j] * dy[j];
                    out[i] = y[i] * (dy[i] - dot);
                }
            }
            case Loss.InTopK t -> {
                for (int n = 0; n < out.length; n++) out[n] = rank(row(in, 0, n), label(in, n)) < t.k() ? 1 : 0;
            }
            case Loss.Sum s -> {
                for (double x : in.in(0)) out[0] += s.scale() * x;
            }
            case Loss.Expand e -> {
                for (int i = 0; i < out.length; i++) out[i] = e.scale() * in.in(0)[0];
            }
        }
        return out;
    }

    private static double softmax(double[] x, int j) { return Math.exp(x[j] - logSumExp(x)); }

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

    /** Row {@code n} of the matrix that is operand {@code i}. */
    static double[] row(Operands in, int i, int n) {
        int c = in.shape(i).c();
        return java.util.Arrays.copyOfRange(in.in(i), n * c, (n + 1) * c);
    }

    /** The class of sample {@code n}; labels are operand 1. */
    static int label(Operands in, int n) { return (int) in.in(1)[n]; }
}
