package org.gabor.tests.oracle;

import org.gabor.graph.Activation;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Shape;

/** Element by element, and a channel at a time. */
final class Pointwises {
    private Pointwises() {}

    static double[] of(Pointwise op, Operands in) {
        double[] out = in.out(), x = in.in(0);
        Shape s = in.shape(0);
        switch (op) {
            case Pointwise.Normalize n -> {
                for (int i = 0; i < x.length; i++) {
                    int c = Operands.channel(s, i);
                    out[i] = n.scale().get(c) * x[i] + n.shift().get(c);
                }
            }
            case Pointwise.Add _ -> {
                for (int i = 0; i < x.length; i++) out[i] = x[i] + in.in(1)[i];
            }
            case Pointwise.AddBias _ -> {
                for (int i = 0; i < x.length; i++) out[i] = x[i] + in.in(1)[Operands.channel(s, i)];
            }
            case Pointwise.ChannelSum _ -> {
                for (int i = 0; i < x.length; i++) out[Operands.channel(s, i)] += x[i];
            }
            case Pointwise.Activate a -> {
                for (int i = 0; i < x.length; i++) out[i] = value(a.f(), x[i]);
            }
            case Pointwise.ActivateGrad a -> {
                for (int i = 0; i < x.length; i++) out[i] = gradient(a.f(), x[i], in.in(1)[i]);
            }
        }
        return out;
    }

    private static double value(Activation f, double x) {
        return switch (f) {
            case Activation.Relu _ -> Math.max(x, 0);
            case Activation.Tanh _ -> Math.tanh(x);
        };
    }

    private static double gradient(Activation f, double y, double dy) {
        return switch (f) {
            case Activation.Relu _ -> y > 0 ? dy : 0;
            case Activation.Tanh _ -> dy * (1 - y * y);
        };
    }
}
