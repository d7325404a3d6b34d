package org.gabor.cpu.emit;

/** Loops over heap arrays, one operation each, small enough for C2 to vectorise. */
final class Elementwise {
    /** Bits of the smallest positive NaN. */
    private static final int NAN = 0x7f800001;

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

    /** dx = dy where y > 0, else 0. */
    static void reluSlope(int n, float[] dx, float[] y, float[] dy) {
        for (int i = 0; i < n; i++) {
            int b = Float.floatToRawIntBits(y[i]);
            // all ones where 0 < y <= infinity: a branch would be mispredicted for every other element
            int positive = -b >> 31 & ~(b >> 31) & (b - NAN >> 31);
            dx[i] = Float.intBitsToFloat(Float.floatToRawIntBits(dy[i]) & positive);
        }
    }

    static void tanhSlope(int n, float[] dx, float[] y, float[] dy) {
        for (int i = 0; i < n; i++) dx[i] = dy[i] * (1f - y[i] * y[i]);
    }
}
