package org.gabor.tests.oracle;

import org.gabor.graph.Pointwise;
import org.gabor.graph.Shape;
import org.gabor.random.Philox;

/** Element by element, and a channel at a time. */
final class Pointwises {
    private Pointwises() {}

    static double[] of(Pointwise op, Operands in) {
        double[] out = in.out(), x = in.in(0);
        Shape s = in.shape(0), y = in.result();
        switch (op) {
            case Pointwise.Normalize n -> {
                for (int i = 0; i < x.length; i++) {
                    int c = Operands.channel(s, i);
                    out[i] = n.scale().get(c) * x[i] + n.shift().get(c);
                }
            }
            case Pointwise.Add _ -> {
                for (int i = 0; i < out.length; i++)
                    out[i] = x[Operands.source(y, i, s)] + in.in(1)[Operands.source(y, i, in.shape(1))];
            }
            case Pointwise.Mul _ -> {
                for (int i = 0; i < out.length; i++)
                    out[i] = x[Operands.source(y, i, s)] * in.in(1)[Operands.source(y, i, in.shape(1))];
            }
            case Pointwise.SumTo _ -> {
                for (int i = 0; i < x.length; i++) out[Operands.source(s, i, y)] += x[i];
            }
            case Pointwise.AddBias _ -> {
                for (int i = 0; i < x.length; i++) out[i] = x[i] + in.in(1)[Operands.channel(s, i)];
            }
            case Pointwise.ChannelSum _ -> {
                for (int i = 0; i < x.length; i++) out[Operands.channel(s, i)] += x[i];
            }
            case Pointwise.Cast _ -> System.arraycopy(x, 0, out, 0, x.length);
            case Pointwise.Activate a -> {
                for (int i = 0; i < x.length; i++) out[i] = Activations.value(a.f(), x[i]);
            }
            case Pointwise.ActivateGrad a -> {
                for (int i = 0; i < x.length; i++) out[i] = Activations.slope(a.f(), x[i]) * in.in(1)[i];
            }
            case Pointwise.Dropout d -> {
                for (int i = 0; i < x.length; i++) out[i] = keeps(d, in, i) ? x[i] / (1 - d.rate()) : 0;
            }
        }
        return out;
    }

    /** Whether word {@code i} of the stream is large enough. */
    static boolean keeps(Pointwise.Dropout op, Operands in, int i) {
        int[] block = new int[4];
        double[] seed = in.in(1);
        Philox.block((int) seed[0], (int) seed[1], i / 4, (int) in.in(2)[0], (int) in.in(3)[0], op.stream(), block);
        return Integer.toUnsignedLong(block[i % 4]) >= Math.min(Math.round(op.rate() * 0x1p32), 0xFFFFFFFFL);
    }
}
