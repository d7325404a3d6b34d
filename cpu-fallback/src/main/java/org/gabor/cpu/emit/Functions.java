package org.gabor.cpu.emit;

import org.gabor.graph.Activation;

/** Activation functions and their derivatives on arrays. */
final class Functions {
    private static final float SIXTH = 1 / 6f;

    private Functions() {}

    /** y = f(x). */
    static void apply(Activation f, int n, float[] y, float[] x) {
        switch (f) {
            case Activation.Relu _ -> Elementwise.max(n, y, x, 0);
            case Activation.Relu6 _ -> Elementwise.clamp(n, y, x, 0, 6);
            case Activation.LeakyRelu l -> Elementwise.leaky(n, y, x, (float) l.slope());
            case Activation.Affine a -> Elementwise.affine(n, y, x, (float) a.scale(), (float) a.shift());
            case Activation.Tanh _ -> {
                for (int i = 0; i < n; i++) y[i] = Transcendental.tanh(x[i]);
            }
            case Activation.Sigmoid _ -> {
                for (int i = 0; i < n; i++) y[i] = (float) Transcendental.sigmoid(x[i]);
            }
            case Activation.Elu e -> {
                for (int i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : (float) (e.alpha() * Transcendental.expm1(x[i]));
            }
            case Activation.HardSigmoid _ -> {
                for (int i = 0; i < n; i++) y[i] = Math.min(Math.max(x[i] + 3, 0), 6) / 6;
            }
            case Activation.HardSwish _ -> {
                for (int i = 0; i < n; i++) y[i] = x[i] * (Math.min(Math.max(x[i] + 3, 0), 6) / 6);
            }
            case Activation.Silu _ -> {
                for (int i = 0; i < n; i++) y[i] = (float) (x[i] * Transcendental.sigmoid(x[i]));
            }
            case Activation.Gelu _ -> {
                for (int i = 0; i < n; i++) y[i] = (float) (x[i] * Transcendental.phi(x[i]));
            }
            case Activation.GeluTanh _ -> {
                for (int i = 0; i < n; i++) y[i] = (float) (x[i] * Transcendental.gate(x[i]));
            }
            case Activation.Reciprocal _ -> {
                for (int i = 0; i < n; i++) y[i] = 1 / x[i];
            }
        }
    }

    /** dx = f'(v) dy; v is the input of f if its slope is one of the input, else its result. */
    static void slope(Activation f, int n, float[] dx, float[] v, float[] dy) {
        switch (f) {
            case Activation.Relu _ -> Elementwise.reluSlope(n, dx, v, dy);
            case Activation.Relu6 _ -> Elementwise.between(n, dx, v, dy, 6, 1);
            case Activation.HardSigmoid _ -> Elementwise.between(n, dx, v, dy, 1, SIXTH);
            case Activation.LeakyRelu l -> Elementwise.leakySlope(n, dx, v, dy, (float) l.slope());
            case Activation.Affine a -> Elementwise.mul(n, dx, dy, (float) a.scale());
            case Activation.Tanh _ -> Elementwise.tanhSlope(n, dx, v, dy);
            case Activation.Sigmoid _ -> {
                for (int i = 0; i < n; i++) dx[i] = dy[i] * (v[i] * (1 - v[i]));
            }
            case Activation.Elu e -> {
                float alpha = (float) e.alpha();
                for (int i = 0; i < n; i++) dx[i] = v[i] > 0 ? dy[i] : dy[i] * (v[i] + alpha);
            }
            case Activation.HardSwish _ -> {
                for (int i = 0; i < n; i++)
                    dx[i] = dy[i] * (v[i] <= -3 ? 0 : v[i] >= 3 ? 1 : (2 * v[i] + 3) / 6);
            }
            case Activation.Silu _ -> {
                for (int i = 0; i < n; i++) dx[i] = (float) (dy[i] * Transcendental.siluSlope(v[i]));
            }
            case Activation.Gelu _ -> {
                for (int i = 0; i < n; i++) dx[i] = (float) (dy[i] * Transcendental.geluSlope(v[i]));
            }
            case Activation.GeluTanh _ -> {
                for (int i = 0; i < n; i++) dx[i] = (float) (dy[i] * Transcendental.geluTanhSlope(v[i]));
            }
            case Activation.Reciprocal _ -> {
                for (int i = 0; i < n; i++) dx[i] = -dy[i] * (v[i] * v[i]);
            }
        }
    }
}
