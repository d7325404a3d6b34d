package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Rows;

/** Softmax, its losses and scores in Java, in double precision. */
final class RowsKernel implements Kernel {
    private static final int ROWS = 16;

    private final Rows rows;

    RowsKernel(Rows rows) {
        this.rows = rows;
    }

    @Override
    public int blocks() { return Math.ceilDiv(rows.n(), ROWS); }

    @Override
    public void run(Scratch scratch, int block) {
        int c = rows.c(), end = Math.min(rows.n(), (block + 1) * ROWS);
        for (int n = block * ROWS; n < end; n++) {
            long one = 4L * n, many = one * c, x = rows.x() + many, y = rows.result();
            switch (rows.kind()) {
                case SOFTMAX -> softmax(x, c, 1, y + many);
                case SOFTMAX_GRADIENT -> softmaxGradient(x, rows.dy() + many, c, y + many);
                case CROSS_ENTROPY -> Memory.f32(y + one, crossEntropy(x, c, Memory.i32(rows.labels() + one)));
                case CROSS_ENTROPY_GRADIENT -> crossEntropyGradient(x, c, Memory.i32(rows.labels() + one),
                        Memory.f32(rows.dy() + one), y + many);
                case IN_TOP_K -> Memory.f32(y + one, inTopK(x, c, Memory.i32(rows.labels() + one)) ? 1 : 0);
            }
        }
    }

    private static double largest(long x, int c) {
        float largest = Memory.f32(x);
        for (int i = 1; i < c; i++) largest = Math.max(largest, Memory.f32(x + 4L * i));
        return largest;
    }

    private static double sumOfExponentials(long x, int c, double largest) {
        double sum = 0;
        for (int i = 0; i < c; i++) sum += Transcendental.exp(Memory.f32(x + 4L * i) - largest);
        return sum;
    }

    private static void softmax(long x, int c, double scale, long y) {
        double largest = largest(x, c), sum = sumOfExponentials(x, c, largest);
        for (long i = 0; i < 4L * c; i += 4)
            Memory.f32(y + i, (float) (scale * Transcendental.exp(Memory.f32(x + i) - largest) / sum));
    }

    private static void softmaxGradient(long y, long dy, int c, long dx) {
        double dot = 0;
        for (long i = 0; i < 4L * c; i += 4) dot += (double) Memory.f32(y + i) * Memory.f32(dy + i);
        for (long i = 0; i < 4L * c; i += 4)
            Memory.f32(dx + i, (float) (Memory.f32(y + i) * (Memory.f32(dy + i) - dot)));
    }

    private static float crossEntropy(long x, int c, int label) {
        if (label < 0 || label >= c) return Float.NaN;
        double largest = largest(x, c);
        return (float) (StrictMath.log(sumOfExponentials(x, c, largest)) + (largest - Memory.f32(x + 4L * label)));
    }

    private static void crossEntropyGradient(long x, int c, int label, double dy, long dx) {
        boolean valid = label >= 0 && label < c;
        double largest = largest(x, c), sum = sumOfExponentials(x, c, largest);
        for (int i = 0; i < c; i++) {
            double y = Transcendental.exp(Memory.f32(x + 4L * i) - largest) / sum;
            Memory.f32(dx + 4L * i, valid ? (float) ((y - (i == label ? 1 : 0)) * dy) : Float.NaN);
        }
    }

    /** A NaN counts as larger than any number. */
    private boolean inTopK(long x, int c, int label) {
        if (label < 0 || label >= c) return false;
        float score = Memory.f32(x + 4L * label);
        int before = 0;
        for (int i = 0; i < c; i++) {
            float other = Memory.f32(x + 4L * i);
            if (i != label && (!(other <= score) || (other == score && i < label))) before++;
        }
        return before < rows.k();
    }
}
