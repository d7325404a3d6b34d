package org.gabor.tests.oracle;

import org.gabor.graph.Normalization;
import org.gabor.graph.Shape;

/** Batch normalisation in its parts. */
final class Normalizations {
    private Normalizations() {}

    static double[] of(Normalization op, Operands in) {
        return switch (op) {
            case Normalization.BnStats _ -> statistics(in);
            case Normalization.BatchNorm n -> normalized(n, in);
            case Normalization.BnGradSums n -> sums(n, in);
            case Normalization.BnGradX n -> gradient(n, in);
        };
    }

    private static double[] statistics(Operands in) {
        double[] x = in.in(0), out = in.out();
        Shape s = in.shape(0);
        double m = (double) s.n() * s.plane();
        for (int i = 0; i < x.length; i++) out[Operands.channel(s, i)] += x[i] / m;
        for (int i = 0; i < x.length; i++) {
            double d = x[i] - out[Operands.channel(s, i)];
            out[s.c() + Operands.channel(s, i)] += d * d / m;
        }
        return out;
    }

    private static double[] normalized(Normalization.BatchNorm op, Operands in) {
        double[] out = in.out();
        for (int i = 0; i < out.length; i++) {
            int c = Operands.channel(in.shape(0), i);
            out[i] = in.in(2)[c] * xhat(in, i, op.eps()) + in.in(3)[c];
        }
        return out;
    }

    private static double[] sums(Normalization.BnGradSums op, Operands in) {
        double[] dy = in.in(2), out = in.out();
        Shape s = in.shape(0);
        for (int i = 0; i < dy.length; i++) {
            out[Operands.channel(s, i)] += dy[i];
            out[s.c() + Operands.channel(s, i)] += dy[i] * xhat(in, i, op.eps());
        }
        return out;
    }

    private static double[] gradient(Normalization.BnGradX op, Operands in) {
        double[] stats = in.in(1), gamma = in.in(2), dy = in.in(3), sums = in.in(4), out = in.out();
        Shape s = in.shape(0);
        double m = (double) s.n() * s.plane();
        for (int i = 0; i < dy.length; i++) {
            int c = Operands.channel(s, i);
            double through = op.batch() ? (sums[c] + xhat(in, i, op.eps()) * sums[s.c() + c]) / m : 0;
            out[i] = gamma[c] / Math.sqrt(stats[s.c() + c] + op.eps()) * (dy[i] - through);
        }
        return out;
    }

    /** (x - mean) / sqrt(var + eps) of element {@code i}; x is operand 0, the statistics are operand 1. */
    private static double xhat(Operands in, int i, double eps) {
        Shape s = in.shape(0);
        int c = Operands.channel(s, i);
        return (in.in(0)[i] - in.in(1)[c]) / Math.sqrt(in.in(1)[s.c() + c] + eps);
    }
}
