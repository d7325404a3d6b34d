package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Coefficients;

/** Factors of batch normalisation in Java; too few to share out. */
final class CoefficientsKernel implements Kernel {
    private final Coefficients k;

    CoefficientsKernel(Coefficients k) {
        this.k = k;
    }

    @Override
    public int blocks() { return 1; }

    @Override
    public void run(Scratch scratch, int block) {
        long row = 4L * k.channels();
        for (long at = 0; at < row; at += 4) {
            double inverse = 1 / Math.sqrt(Memory.f32(k.stats() + row + at) + k.eps());
            Memory.f32(k.result() + at, (float) (Memory.f32(k.gamma() + at) * inverse));
            if (k.sums() == 0) continue;
            Memory.f32(k.result() + row + at, (float) (Memory.f32(k.sums() + at) / k.m()));
            Memory.f32(k.result() + 2 * row + at, (float) (Memory.f32(k.sums() + row + at) / k.m() * inverse));
        }
    }
}
