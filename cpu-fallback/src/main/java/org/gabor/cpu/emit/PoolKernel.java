package org.gabor.cpu.emit;

import java.util.Arrays;
import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Pool.Span;

/** Maxima over windows in Java: a piece of an output row at a time, tap by tap over what lies inside the image. */
final class PoolKernel implements Kernel {
    private final Pool pool;
    private final Span[] rows;
    private final Span[] columns;
    /** Pixels of a piece; of a pixel too large for that, {@code part} elements. */
    private final int piece;
    private final int part;
    private final int taps;

    PoolKernel(Pool pool) {
        this.pool = pool;
        this.rows = pool.rows().toArray(Span[]::new);
        this.columns = pool.columns().toArray(Span[]::new);
        this.piece = Math.clamp(Scratch.WIDTH / pool.pixel(), 1, columns.length);
        this.part = Math.min(pool.pixel(), Scratch.WIDTH);
        this.taps = Arrays.stream(columns).mapToInt(s -> Math.ceilDiv(s.end() - s.first(), s.step())).max().orElse(0);
    }

    @Override
    public int blocks() { return Math.multiplyExact(pool.blocks().count(), rows.length); }

    @Override
    public void run(Scratch scratch, int block) {
        int p = block % rows.length, n = block / rows.length;
        long x = pool.x() + n * pool.blocks().a();
        long y = pool.result() + n * pool.blocks().c() + p * pool.row().c();
        for (int first = 0; first < columns.length; first += piece) {
            int count = Math.min(piece, columns.length - first);
            for (int at = 0; at < pool.pixel(); at += part)
                reduce(scratch, x + 4L * at, y + 4L * at, rows[p], first, count, Math.min(part, pool.pixel() - at));
        }
    }

    /** The maxima of {@code size} elements of each of {@code count} pixels. */
    private void reduce(Scratch scratch, long x, long y, Span down, int first, int count, int size) {
        int length = count * size;
        float[] largest = scratch.sums[0], tap = scratch.taps[0];
        Arrays.fill(largest, 0, length, Float.NEGATIVE_INFINITY);
        for (int h = down.first(); h < down.end(); h += down.step())
            for (int t = 0; t < taps; t++) {
                stage(x + h * pool.row().a(), t, first, count, size, tap);
                Elementwise.max(length, largest, largest, tap);
            }
        if (pool.activation() != null) Functions.apply(pool.activation(), length, largest, largest, scratch);
        Memory.store(largest, 0, y + 4L * first * pool.pixel(), length);
    }

    /** The {@code t}-th pixel of every window, nothing where a window has fewer. */
    private void stage(long x, int t, int first, int count, int size, float[] tap) {
        for (int i = 0; i < count; i++) {
            Span across = columns[first + i];
            int w = across.first() + t * across.step();
            if (w >= across.end()) Arrays.fill(tap, i * size, (i + 1) * size, Float.NEGATIVE_INFINITY);
            else if (size == 1) tap[i] = Memory.f32(x + 4L * w * pool.pixel());
            else Memory.load(x + 4L * w * pool.pixel(), tap, i * size, size);
        }
    }
}
