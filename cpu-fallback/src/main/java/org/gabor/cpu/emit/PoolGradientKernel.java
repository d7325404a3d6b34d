package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Pool.Span;

/** Gradients of maxima in Java: some elements of all pixels are cleared, then every output pixel gives its share. */
final class PoolGradientKernel implements Kernel {
    private static final int PART = 64;

    private final Pool pool;
    private final Span[] rows;
    private final Span[] columns;
    private final long column;
    /** Elements of a pixel that a block of work handles. */
    private final int part;
    private final int parts;

    PoolGradientKernel(Pool pool) {
        this.pool = pool;
        this.rows = pool.rows().toArray(Span[]::new);
        this.columns = pool.columns().toArray(Span[]::new);
        this.column = 4L * pool.pixel();
        this.part = Math.min(pool.pixel(), PART);
        this.parts = Math.ceilDiv(pool.pixel(), part);
    }

    @Override
    public int blocks() { return Math.multiplyExact(pool.blocks().count(), parts); }

    @Override
    public void run(Scratch scratch, int block) {
        int first = block % parts * part, n = block / parts;
        long x = pool.x() + n * pool.blocks().a() + 4L * first, dy = pool.dy() + n * pool.blocks().b() + 4L * first;
        long dx = pool.result() + n * pool.blocks().c() + 4L * first, bytes = 4L * Math.min(part, pool.pixel() - first);
        for (int h = 0; h < pool.h(); h++)
            for (int w = 0; w < pool.w(); w++) Memory.zero(dx + h * pool.row().c() + w * column, bytes);
        for (int p = 0; p < rows.length; p++)
            for (int q = 0; q < columns.length; q++)
                share(x, dy + p * pool.row().b() + q * column, dx, rows[p], columns[q], bytes);
    }

    /** Without branches, which nobody could predict. */
    private void share(long x, long dy, long dx, Span down, Span across, long bytes) {
        if (down.first() >= down.end() || across.first() >= across.end()) return;
        for (long lane = 0; lane < bytes; lane += 4) {
            long largest = Long.MIN_VALUE, at = 0;
            for (int h = down.first(); h < down.end(); h += down.step())
                for (int w = across.first(); w < across.end(); w += across.step()) {
                    long v = order(Memory.f32(x + h * pool.row().a() + w * column + lane));
                    long larger = v > largest ? -1 : 0;
                    largest = Math.max(largest, v);
                    at += (h * pool.row().c() + w * column - at) & larger;
                }
            long to = dx + at + lane;
            Memory.f32(to, Memory.f32(to) + Memory.f32(dy + lane));
        }
    }

    /** An integer that is larger the larger v is, equal for both zeros; NaN is above all numbers. */
    private static int order(float v) {
        int bits = Float.floatToRawIntBits(v + 0f);
        return bits ^ (bits >> 31 & Integer.MAX_VALUE);
    }
}
