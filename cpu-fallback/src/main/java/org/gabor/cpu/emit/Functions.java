package org.gabor.cpu.emit;

import org.gabor.graph.Activation;

/** Activation functions and their derivatives on arrays; some use up {@link Scratch#row}. */
final class Functions {
    private static final float SIXTH = 1 / 6f;

    private Functions() {}

    /** y = f(x). */
    static void apply(Activation f, int n, float[] y, float[] x, Scratch scratch) {
        switch (f) {
            case Activation.Relu _ -> Elementwise.max(n, y, x, 0);
            case Activation.Relu6 _ -> Elementwise.clamp(n, y, x, 0, 6);
            case Activation.LeakyRelu l -> Elementwise.leaky(n, y, x, (float) l.slope());
            case Activation.Affine a -> Elementwise.affine(n, y, x, (float) a.scale(), (float) a.shift());
            case Activation.Reciprocal _ -> Elementwise.reciprocal(n, y, x);
            case Activation.HardSigmoid _ -> Elementwise.hardSigmoid(n, y, x);
            case Activation.HardSwish _ -> Elementwise.hardSwish(n, y, x);
            case Activation.Tanh _ -> Smooth.tanh(n, y, x, scratch.row(n));
            case Activation.Sigmoid _ -> Smooth.sigmoid(n, y, x);
            case Activation.Elu e -> Smooth.elu(n, y, x, scratch.row(n), e.alpha());
            case Activation.Silu _ -> Smooth.silu(n, y, x);
            case Activation.Gelu _ -> Smooth.gelu(n, y, x, scratch.row(n));
            case Activation.GeluTanh _ -> Smooth.geluTanh(n, y, x);
        }
    }

    /** dx = f'(v) dy; v is the input of f if its slope is one of the input, else its result. */
    static void slope(Activation f, int n, float[] dx, float[] v, float[] dy, Scratch scratch) {
        switch (f) {
            case Activation.Relu _ -> Elementwise.reluSlope(n, dx, v, dy);
            case Activation.Relu6 _ -> Elementwise.between(n, dx, v, dy, 6, 1);
            case Activation.LeakyRelu l -> Elementwise.leakySlope(n, dx, v, dy, (float) l.slope());
            case Activation.Affine a -> Elementwise.mul(n, dx, dy, (float) a.scale());
            case Activation.Reciprocal _ -> Elementwise.reciprocalSlope(n, dx, v, dy);
            case Activation.HardSigmoid _ -> Elementwise.between(n, dx, v, dy, 1, SIXTH);
            case Activation.HardSwish _ -> Elementwise.hardSwishSlope(n, dx, v, dy);
            case Activation.Tanh _ -> Elementwise.tanhSlope(n, dx, v, dy);
            case Activation.Sigmoid _ -> Elementwise.sigmoidSlope(n, dx, v, dy);
            case Activation.Elu e -> Elementwise.eluSlope(n, dx, v, dy, (float) e.alpha());
            case Activation.Silu _ -> Smooth.siluSlope(n, dx, v, dy);
            case Activation.Gelu _ -> Smooth.geluSlope(n, dx, v, dy, scratch.row(n));
            case Activation.GeluTanh _ -> Smooth.geluTanhSlope(n, dx, v, dy, scratch.row(n));
        }
    }
}
