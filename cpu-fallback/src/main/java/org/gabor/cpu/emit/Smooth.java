package org.gabor.cpu.emit;

/**
 * Transcendental functions over heap arrays, computed in double precision and rounded once. A loop too long for C2 to
 * unroll would not become vectors, so some are two, with what is between them in {@code q}.
 */
final class Smooth {
    private Smooth() {}

    static void tanh(int n, float[] y, float[] x, double[] q) {
        for (int i = 0; i < n; i++) q[i] = Transcendental.powerLessOne(2.0 * Math.abs(x[i]));
        for (int i = 0; i < n; i++) y[i] = (float) Transcendental.tanh(x[i], q[i]);
    }

    static void sigmoid(int n, float[] y, float[] x) {
        for (int i = 0; i < n; i++) y[i] = (float) Transcendental.sigmoid(x[i]);
    }

    static void elu(int n, float[] y, float[] x, double[] q, double alpha) {
        for (int i = 0; i < n; i++) q[i] = Transcendental.powerLessOne(Math.min(x[i], 0f));
        for (int i = 0; i < n; i++) y[i] = (float) (Math.max(x[i], 0f) + alpha * q[i]);
    }

    static void silu(int n, float[] y, float[] x) {
        for (int i = 0; i < n; i++) y[i] = (float) (x[i] * Transcendental.sigmoid(x[i]));
    }

    static void gelu(int n, float[] y, float[] x, double[] q) {
        halfSquares(n, q, x);
        for (int i = 0; i < n; i++) y[i] = (float) Transcendental.gelu(x[i], q[i]);
    }

    static void geluTanh(int n, float[] y, float[] x) {
        for (int i = 0; i < n; i++) y[i] = (float) (x[i] * Transcendental.gate(x[i]));
    }

    static void siluSlope(int n, float[] dx, float[] x, float[] dy) {
        for (int i = 0; i < n; i++) dx[i] = (float) (dy[i] * Transcendental.siluSlope(x[i]));
    }

    static void geluSlope(int n, float[] dx, float[] x, float[] dy, double[] q) {
        halfSquares(n, q, x);
        for (int i = 0; i < n; i++) q[i] = Transcendental.geluBend(x[i], q[i]);
        for (int i = 0; i < n; i++) dx[i] = (float) (dy[i] * Transcendental.geluSlope(x[i], q[i]));
    }

    /** q = e^(x^2 / 2). */
    private static void halfSquares(int n, double[] q, float[] x) {
        for (int i = 0; i < n; i++) q[i] = Transcendental.power(0.5 * x[i] * x[i]);
    }

    static void geluTanhSlope(int n, float[] dx, float[] x, float[] dy, double[] q) {
        for (int i = 0; i < n; i++) q[i] = Transcendental.gate(x[i]);
        for (int i = 0; i < n; i++) dx[i] = (float) (dy[i] * Transcendental.geluTanhSlope(x[i], q[i]));
    }
}
