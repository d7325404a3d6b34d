package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Pool.Span;

/** Gradients of maxima in Java: a plane is cleared, then every output pixel gives its share. */
final class PoolGradientKernel implements Kernel {
    private final Pool pool;
    private final Span[] rows;
    private final Span[] columns;
    private final long column;

    PoolGradientKernel(Pool pool) {
        this.pool = pool;
        this.rows = pool.rows().toArray(Span[]::new);
        this.columns = pool.columns().toArray(Span[]::new);
        this.column = 4L * pool.lanes();
    }

    @Override
    public int blocks() { return pool.blocks().count() * pool.channels().count(); }

    @Override
    public void run(Scratch scratch, int block) {
        int c = block % pool.channels().count(), n = block / pool.channels().count();
        long x = pool.x() + n * pool.blocks().a() + c * pool.channels().a();
        long dy = pool.dy() + n * pool.blocks().b() + c * pool.channels().b();
        long dx = pool.result() + n * pool.blocks().c() + c * pool.channels().c();
        for (int h = 0; h < pool.h(); h++) Memory.zero(dx + h * pool.row().c(), pool.w() * column);
        for (int p = 0; p < rows.length; p++)
            for (int q = 0; q < columns.length; q++) share(x, dy + p * pool.row().b() + q * column, dx, rows[p], columns[q]);
    }

    /** Without branches, which nobody could predict. */
    private void share(long x, long dy, long dx, Span down, Span across) {
        if (down.first() >= down.end() || across.first() >= across.end()) return;
        for (long lane = 0; lane < column; lane += 4) {
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
