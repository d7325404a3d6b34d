package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Totals;

/** Totals in Java, some units a block of work. */
final class TotalsKernel implements Kernel {
    /** Sums of a block of work, about. */
    private static final int GRAIN = 1 << 12;

    private final Totals t;
    private final int count;
    private final int unitsPerBlock;

    TotalsKernel(Totals t) {
        this.t = t;
        this.count = Loop.turns(t.units());
        this.unitsPerBlock = Math.max(1, GRAIN / (t.parts() * t.lanes()));
    }

    @Override
    public int blocks() { return Math.ceilDiv(count, unitsPerBlock); }

    @Override
    public void run(Scratch scratch, int block) {
        int end = Math.min(count, (block + 1) * unitsPerBlock);
        for (int unit = block * unitsPerBlock; unit < end; unit++) {
            long result = t.result() + Walk.c(t.units(), unit), second = result + 4L * count;
            double sum = sum(0, unit);
            switch (t.kind()) {
                case TOTAL -> Memory.f32(result, (float) (t.scale() * sum));
                case MOMENTS -> {
                    Memory.f32(result, (float) (sum / t.m()));
                    // rounding may bring it below 0; a NaN stays
                    Memory.f32(second, (float) Math.max(0, (sum(1, unit) - sum * sum / t.m()) / t.m()));
                }
                case GRADIENT -> {
                    double mean = Memory.f32(t.stats() + 4L * unit), variance = Memory.f32(t.stats() + 4L * (count + unit));
                    Memory.f32(result, (float) sum);
                    Memory.f32(second, (float) ((sum(1, unit) - mean * sum) / Math.sqrt(variance + t.eps())));
                }
            }
        }
    }

    private double sum(int row, int unit) {
        long step = 8L * t.kind().rows * count * t.lanes();
        long at = t.sums() + 8L * t.lanes() * ((long) row * count + unit);
        double sum = 0;
        for (int part = 0; part < t.parts(); part++, at += step)
            for (int lane = 0; lane < t.lanes(); lane++) sum += Memory.f64(at + 8L * lane);
        return sum;
    }
}
