package org.gabor.cpu.emit;

import java.util.Arrays;
import org.gabor.cpu.kernel.Pool;
import org.gabor.graph.Window;

/** Pooling in Java: a piece of an output row at a time, tap by tap over the part of it that lies inside the image. */
final class PoolKernel implements Kernel {
    private final Pool pool;
    private final Window window;
    private final int p;
    private final int q;
    private final int piece;

    PoolKernel(Pool pool) {
        this.pool = pool;
        this.window = pool.window();
        this.p = window.p(pool.h());
        this.q = window.q(pool.w());
        this.piece = Math.min(q, Scratch.WIDTH / pool.lanes());
    }

    @Override
    public int blocks() { return pool.blocks().count() * pool.channels().count(); }

    @Override
    public void run(Scratch scratch, int block) {
        int c = block % pool.channels().count(), n = block / pool.channels().count();
        long x = pool.x() + n * pool.blocks().a() + c * pool.channels().a();
        long y = pool.result() + n * pool.blocks().c() + c * pool.channels().c();
        for (int row = 0; row < p; row++)
            for (int first = 0; first < q; first += piece)
                reduce(scratch, x, y + row * pool.row().c(), row, first, Math.min(piece, q - first));
    }

    private void reduce(Scratch scratch, long x, long y, int row, int first, int count) {
        boolean max = pool.kind() == Pool.Kind.MAX;
        int lanes = pool.lanes();
        float[] sums = scratch.sums[0], taps = scratch.taps[0];
        Arrays.fill(sums, 0, count * lanes, max ? Float.NEGATIVE_INFINITY : 0f);
        for (int r = 0; r < window.r(); r++) {
            int h = row * window.strideH() - window.top() + r;
            if (h < 0 || h >= pool.h()) continue;
            for (int s = 0; s < window.s(); s++) {
                int offset = s - window.left();
                // q strideW + offset lies in 0 ... w - 1
                int from = Math.max(first, Math.ceilDiv(-offset, window.strideW()));
                int to = Math.min(first + count, Math.floorDiv(pool.w() - 1 - offset, window.strideW()) + 1);
                stage(x + h * pool.row().a(), offset, first, from, to, taps);
                if (max) largest((from - first) * lanes, (to - first) * lanes, sums, taps);
                else sum((from - first) * lanes, (to - first) * lanes, sums, taps);
            }
        }
        if (!max) Elementwise.mul(count * lanes, sums, sums, (float) (1.0 / (window.r() * window.s())));
        Memory.store(sums, 0, y + 4L * first * lanes, count * lanes);
    }

    private void stage(long x, int offset, int first, int from, int to, float[] taps) {
        int lanes = pool.lanes();
        for (int i = from; i < to; i++)
            Memory.load(x + 4L * (i * window.strideW() + offset) * lanes, taps, (i - first) * lanes, lanes);
    }

    private static void largest(int from, int to, float[] y, float[] x) {
        for (int i = from; i < to; i++) y[i] = Math.max(y[i], x[i]);
    }

    private static void sum(int from, int to, float[] y, float[] x) {
        for (int i = from; i < to; i++) y[i] += x[i];
    }
}
