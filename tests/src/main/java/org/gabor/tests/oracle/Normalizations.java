package org.gabor.tests.oracle;

import java.util.stream.IntStream;
import org.gabor.graph.Normalization;
import org.gabor.graph.Shape;

/** Batch normalisation in its parts, and local response normalisation. */
final class Normalizations {
    private Normalizations() {}

    static double[] of(Normalization op, Operands in) {
        return switch (op) {
            case Normalization.BnStats _ -> statistics(in);
            case Normalization.BatchNorm n -> normalized(n, in);
            case Normalization.BnGradSums n -> sums(n, in);
            case Normalization.BnGradX n -> gradient(n, in);
            case Normalization.Lrn n -> local(n, in);
            case Normalization.LrnGrad n -> localGradient(n.of(), in);
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

    private static double[] local(Normalization.Lrn op, Operands in) {
        double[] x = in.in(0), out = in.out();
        for (int i = 0; i < out.length; i++) out[i] = x[i] / Math.pow(divisor(op, in, i), op.beta());
        return out;
    }

    private static double[] localGradient(Normalization.Lrn op, Operands in) {
        double[] x = in.in(0), dy = in.in(1), out = in.out();
        for (int j = 0; j < dy.length; j++) {
            double d = divisor(op, in, j);
            out[j] += dy[j] / Math.pow(d, op.beta());
            for (int i : neighbours(op, in.shape(0), j))
                out[i] -= dy[j] * x[j] * op.beta() / Math.pow(d, op.beta() + 1) * 2 * op.alpha() / op.size() * x[i];
        }
        return out;
    }

    private static double divisor(Normalization.Lrn op, Operands in, int i) {
        double sum = 0;
        for (int j : neighbours(op, in.shape(0), i)) sum += in.in(0)[j] * in.in(0)[j];
        return op.k() + op.alpha() / op.size() * sum;
    }

    /** The elements in the window of element {@code i}: size / 2 channels before it to (size - 1) / 2 behind it. */
    static int[] neighbours(Normalization.Lrn op, Shape s, int i) {
        int c = Operands.channel(s, i), plane = Math.toIntExact(s.plane());
        int first = Math.max(0, c - op.size() / 2), last = Math.min(s.c() - 1, c + (op.size() - 1) / 2);
        return IntStream.rangeClosed(first, last).map(j -> i + (j - c) * plane).toArray();
    }
}
