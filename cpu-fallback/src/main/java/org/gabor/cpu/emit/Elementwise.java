package org.gabor.cpu.emit;

/** Loops over heap arrays, one operation each, small enough for C2 to vectorise. */
final class Elementwise {
    private Elementwise() {}

    static void add(int n, float[] y, float[] a, float[] b) {
        for (int i = 0; i < n; i++) y[i] = a[i] + b[i];
    }

    static void add(int n, float[] y, float[] a, float b) {
        for (int i = 0; i < n; i++) y[i] = a[i] + b;
    }

    static void sub(int n, float[] y, float[] a, float[] b) {
        for (int i = 0; i < n; i++) y[i] = a[i] - b[i];
    }

    static void sub(int n, float[] y, float[] a, float b) {
        for (int i = 0; i < n; i++) y[i] = a[i] - b;
    }

    static void mul(int n, float[] y, float[] a, float[] b) {
        for (int i = 0; i < n; i++) y[i] = a[i] * b[i];
    }

    static void mul(int n, float[] y, float[] a, float b) {
        for (int i = 0; i < n; i++) y[i] = a[i] * b;
    }

    static void relu(int n, float[] y, float[] x) {
        for (int i = 0; i < n; i++) y[i] = Math.max(x[i], 0f);
    }

    static void tanh(int n, float[] y, float[] x) {
        for (int i = 0; i < n; i++) y[i] = Transcendental.tanh(x[i]);
    }

    static void reluSlope(int n, float[] dx, float[] y, float[] dy) {
        for (int i = 0; i < n; i++) dx[i] = y[i] > 0f ? dy[i] : 0f;
    }

    static void tanhSlope(int n, float[] dx, float[] y, float[] dy) {
        for (int i = 0; i < n; i++) dx[i] = dy[i] * (1f - y[i] * y[i]);
    }
}
