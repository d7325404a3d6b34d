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

    static void div(int n, float[] y, float[] a, float[] b) {
        for (int i = 0; i < n; i++) y[i] = a[i] / b[i];
    }

    static void div(int n, float[] y, float[] a, float b) {
        for (int i = 0; i < n; i++) y[i] = a[i] / b;
    }

    static void min(int n, float[] y, float[] a, float[] b) {
        for (int i = 0; i < n; i++) y[i] = Math.min(a[i], b[i]);
    }

    static void min(int n, float[] y, float[] a, float b) {
        for (int i = 0; i < n; i++) y[i] = Math.min(a[i], b);
    }

    static void max(int n, float[] y, float[] a, float[] b) {
        for (int i = 0; i < n; i++) y[i] = Math.max(a[i], b[i]);
    }

    static void max(int n, float[] y, float[] a, float b) {
        for (int i = 0; i < n; i++) y[i] = Math.max(a[i], b);
    }

    static void root(int n, float[] y, float[] x) {
        for (int i = 0; i < n; i++) y[i] = (float) Math.sqrt(x[i]);
    }

    static void clamp(int n, float[] y, float[] x, float low, float high) {
        for (int i = 0; i < n; i++) y[i] = Math.min(Math.max(x[i], low), high);
    }

    static void affine(int n, float[] y, float[] x, float scale, float shift) {
        for (int i = 0; i < n; i++) y[i] = scale * x[i] + shift;
    }

    static void leaky(int n, float[] y, float[] x, float slope) {
        for (int i = 0; i < n; i++) y[i] = Math.max(x[i], 0f) + slope * Math.min(x[i], 0f);
    }

    static void reciprocal(int n, float[] y, float[] x) {
        for (int i = 0; i < n; i++) y[i] = 1 / x[i];
    }

    static void hardSigmoid(int n, float[] y, float[] x) {
        for (int i = 0; i < n; i++) y[i] = Math.min(Math.max(x[i] + 3, 0), 6) / 6;
    }

    static void hardSwish(int n, float[] y, float[] x) {
        for (int i = 0; i < n; i++) y[i] = x[i] * (Math.min(Math.max(x[i] + 3, 0), 6) / 6);
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

    /** dx = dy where y > 0, else slope dy. */
    static void leakySlope(int n, float[] dx, float[] y, float[] dy, float slope) {
        for (int i = 0; i < n; i++) {
            int b = Float.floatToRawIntBits(y[i]);
            int positive = -b >> 31 & ~(b >> 31) & (b - NAN >> 31);
            int steep = Float.floatToRawIntBits(dy[i]) & positive;
            dx[i] = Float.intBitsToFloat(steep | Float.floatToRawIntBits(slope * dy[i]) & ~positive);
        }
    }

    /** dx = slope dy where {@code 0 < y < high}, else 0. */
    static void between(int n, float[] dx, float[] y, float[] dy, float high, float slope) {
        int limit = Float.floatToRawIntBits(high);
        for (int i = 0; i < n; i++) {
            int b = Float.floatToRawIntBits(y[i]);
            int inside = -b >> 31 & ~(b >> 31) & (b - limit >> 31);
            dx[i] = Float.intBitsToFloat(Float.floatToRawIntBits(slope * dy[i]) & inside);
        }
    }

    static void tanhSlope(int n, float[] dx, float[] y, float[] dy) {
        for (int i = 0; i < n; i++) dx[i] = dy[i] * (1f - y[i] * y[i]);
    }

    static void sigmoidSlope(int n, float[] dx, float[] y, float[] dy) {
        for (int i = 0; i < n; i++) dx[i] = dy[i] * (y[i] * (1f - y[i]));
    }

    static void eluSlope(int n, float[] dx, float[] y, float[] dy, float alpha) {
        for (int i = 0; i < n; i++) dx[i] = y[i] > 0 ? dy[i] : dy[i] * (y[i] + alpha);
    }

    static void hardSwishSlope(int n, float[] dx, float[] x, float[] dy) {
        for (int i = 0; i < n; i++) dx[i] = dy[i] * (x[i] <= -3 ? 0 : x[i] >= 3 ? 1 : (2 * x[i] + 3) / 6);
    }

    static void reciprocalSlope(int n, float[] dx, float[] y, float[] dy) {
        for (int i = 0; i < n; i++) dx[i] = 0 - dy[i] * (y[i] * y[i]);
    }
}
