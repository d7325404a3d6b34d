package org.gabor.cpu.emit;

import java.util.Arrays;
import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Pool.Span;

/** Maxima over windows in Java: a piece of an output row at a time, tap by tap over what lies inside the image. */
final class PoolKernel implements Kernel {
    private final Pool pool;
    private final Span[] rows;
    private final Span[] columns;
    private final int piece;
    private final int taps;

    PoolKernel(Pool pool) {
        this.pool = pool;
        this.rows = pool.rows().toArray(Span[]::new);
        this.columns = pool.columns().toArray(Span[]::new);
        this.piece = Math.min(columns.length, Scratch.WIDTH / pool.lanes());
        this.taps = Arrays.stream(columns).mapToInt(s -> Math.ceilDiv(s.end() - s.first(), s.step())).max().orElse(0);
    }

    @Override
    public int blocks() { return pool.blocks().count() * pool.channels().count(); }

    @Override
    public void run(Scratch scratch, int block) {
        int c = block % pool.channels().count(), n = block / pool.channels().count();
        long x = pool.x() + n * pool.blocks().a() + c * pool.channels().a();
        long y = pool.result() + n * pool.blocks().c() + c * pool.channels().c();
        for (int p = 0; p < rows.length; p++)
            for (int first = 0; first < columns.length; first += piece)
                reduce(scratch, x, y + p * pool.row().c(), rows[p], first, Math.min(piece, columns.length - first));
    }

    private void reduce(Scratch scratch, long x, long y, Span down, int first, int count) {
        int length = count * pool.lanes();
        float[] largest = scratch.sums[0], tap = scratch.taps[0];
        Arrays.fill(largest, 0, length, Float.NEGATIVE_INFINITY);
        for (int h = down.first(); h < down.end(); h += down.step())
            for (int t = 0; t < taps; t++) {
                stage(x + h * pool.row().a(), t, first, count, tap);
                Elementwise.max(length, largest, largest, tap);
            }
        if (pool.activation() != null) Functions.apply(pool.activation(), length, largest, largest, scratch);
        Memory.store(largest, 0, y + 4L * first * pool.lanes(), length);
    }

    /** The {@code t}-th pixel of every window, nothing where a window has fewer. */
    private void stage(long x, int t, int first, int count, float[] tap) {
        int lanes = pool.lanes();
        for (int i = 0; i < count; i++) {
            Span across = columns[first + i];
            int w = across.first() + t * across.step();
            if (w >= across.end()) Arrays.fill(tap, i * lanes, (i + 1) * lanes, Float.NEGATIVE_INFINITY);
            else if (lanes == 1) tap[i] = Memory.f32(x + 4L * w);
            else Memory.load(x + 4L * w * lanes, tap, i * lanes, lanes);
        }
    }
}
