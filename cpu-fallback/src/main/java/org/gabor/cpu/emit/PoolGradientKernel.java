package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Pool;
import org.gabor.graph.Window;

/** Gradients of poolings in Java: a plane is cleared, then every output pixel gives its share. */
final class PoolGradientKernel implements Kernel {
    private final Pool pool;
    private final Window window;
    private final int p;
    private final int q;
    private final long column;

    PoolGradientKernel(Pool pool) {
        this.pool = pool;
        this.window = pool.window();
        this.p = window.p(pool.h());
        this.q = window.q(pool.w());
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
        for (int row = 0; row < p; row++)
            for (int i = 0; i < q; i++) {
                long share = dy + row * pool.row().b() + i * column;
                int top = row * window.strideH() - window.top(), left = i * window.strideW() - window.left();
                int h0 = Math.max(0, top), h1 = Math.min(pool.h(), top + window.r());
                int w0 = Math.max(0, left), w1 = Math.min(pool.w(), left + window.s());
                if (pool.kind() == Pool.Kind.MEAN_GRADIENT) mean(share, dx, h0, h1, w0, w1);
                else max(x, share, dx, h0, h1, w0, w1);
            }
    }

    private void mean(long dy, long dx, int h0, int h1, int w0, int w1) {
        float scale = (float) (1.0 / (window.r() * window.s()));
        for (int h = h0; h < h1; h++)
            for (int w = w0; w < w1; w++) {
                long at = dx + h * pool.row().c() + w * column;
                for (long lane = 0; lane < column; lane += 4)
                    Memory.f32(at + lane, Memory.f32(at + lane) + Memory.f32(dy + lane) * scale);
            }
    }

    /** Without branches, which nobody could predict. */
    private void max(long x, long dy, long dx, int h0, int h1, int w0, int w1) {
        for (long lane = 0; lane < column; lane += 4) {
            long largest = Long.MIN_VALUE, at = 0;
            for (int h = h0; h < h1; h++)
                for (int w = w0; w < w1; w++) {
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
