package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Squares;

/** Sums of squares in Java, a sum a block of work. */
final class SquaresKernel implements Kernel {
    private final Squares s;

    SquaresKernel(Squares s) {
        this.s = s;
    }

    @Override
    public int blocks() { return Squares.parts(s.count()); }

    @Override
    public void run(Scratch scratch, int block) {
        long first = (long) block * Squares.GRAIN;
        int n = (int) Math.min(Squares.GRAIN, s.count() - first);
        Memory.f64(s.result() + 8L * block, sum(s.x() + 4 * first, n));
    }

    private static double sum(long x, int n) {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 4 <= n; i += 4, x += 16) {
            double x0 = Memory.f32(x), x1 = Memory.f32(x + 4), x2 = Memory.f32(x + 8), x3 = Memory.f32(x + 12);
            s0 += x0 * x0;
            s1 += x1 * x1;
            s2 += x2 * x2;
            s3 += x3 * x3;
        }
        for (; i < n; i++, x += 4) s0 += (double) Memory.f32(x) * Memory.f32(x);
        return (s0 + s1) + (s2 + s3);
    }
}
