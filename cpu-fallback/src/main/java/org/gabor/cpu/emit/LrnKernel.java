package org.gabor.cpu.emit;

import java.util.Arrays;
import org.gabor.cpu.kernel.Lrn;

/** Local response normalisation in Java: some pixels of a row at a time, all channels of them. */
final class LrnKernel implements Kernel {
    private final Lrn lrn;
    private final int before;
    private final int after;
    private final int pixel;
    private final int pixels;
    private final int pieces;

    LrnKernel(Lrn lrn) {
        this.lrn = lrn;
        this.before = lrn.op().size() / 2;
        this.after = (lrn.op().size() - 1) / 2;
        this.pixel = lrn.channels() * lrn.lanes();
        this.pixels = Math.clamp(Scratch.WIDTH / pixel, 1, lrn.w());
        this.pieces = Math.ceilDiv(lrn.w(), pixels);
    }

    @Override
    public int blocks() { return Math.multiplyExact(lrn.blocks().count() * lrn.rows().count(), pieces); }

    @Override
    public void run(Scratch scratch, int block) {
        int first = block % pieces * pixels, n = Math.min(pixels, lrn.w() - first) * pixel;
        int row = block / pieces % lrn.rows().count(), image = block / pieces / lrn.rows().count();
        long skipped = 4L * first * pixel;
        long x = lrn.x() + image * lrn.blocks().a() + row * lrn.rows().a() + skipped;
        long dy = lrn.dy() + image * lrn.blocks().b() + row * lrn.rows().b() + skipped;
        long result = lrn.result() + image * lrn.blocks().c() + row * lrn.rows().c() + skipped;
        float[][] values = scratch.values(n);
        float[] xs = values[0], ys = values[1], own = values[2], spread = values[3];
        double[] d = scratch.row(n), sums = scratch.totals(n);
        Memory.load(x, xs, 0, n);
        Arrays.fill(d, 0, n, 0);
        for (int o = -before; o <= after; o++) addSquares(n, d, xs, o);
        double scale = lrn.op().alpha() / lrn.op().size();
        for (int i = 0; i < n; i++) d[i] = lrn.op().k() + scale * d[i];
        if (lrn.dy() == 0) {
            forward(n, xs, d, ys);
        } else {
            // the share of dy that stays with its channel, and what goes to the channels of the window
            Memory.load(dy, own, 0, n);
            share(n, xs, d, own, spread);
            Arrays.fill(sums, 0, n, 0);
            for (int o = -after; o <= before; o++) add(n, sums, spread, o);
            gather(n, own, xs, sums, -2 * lrn.op().alpha() * lrn.op().beta() / lrn.op().size(), ys);
        }
        Memory.store(ys, 0, result, n);
    }

    /** Adds the square of the channel that lies {@code o} further on, where there is one. */
    private void addSquares(int n, double[] d, float[] x, int o) {
        int far = o * lrn.lanes(), skipped = Math.max(0, -far), end = pixel - Math.max(0, far);
        for (int p = 0; p < n; p += pixel)
            for (int i = p + skipped; i < p + end; i++) d[i] += (double) x[i + far] * x[i + far];
    }

    /** Adds the value of the channel that lies {@code o} further on, where there is one. */
    private void add(int n, double[] d, float[] x, int o) {
        int far = o * lrn.lanes(), skipped = Math.max(0, -far), end = pixel - Math.max(0, far);
        for (int p = 0; p < n; p += pixel)
            for (int i = p + skipped; i < p + end; i++) d[i] += x[i + far];
    }

    private void forward(int n, float[] x, double[] d, float[] y) {
        double beta = lrn.op().beta();
        for (int i = 0; i < n; i++) y[i] = (float) (x[i] * Transcendental.exp(-beta * Transcendental.log(d[i])));
    }

    private void share(int n, float[] x, double[] d, float[] own, float[] spread) {
        double beta = lrn.op().beta();
        for (int i = 0; i < n; i++) {
            double scaled = own[i] * Transcendental.exp(-beta * Transcendental.log(d[i]));
            own[i] = (float) scaled;
            spread[i] = (float) (scaled * x[i] / d[i]);
        }
    }

    private static void gather(int n, float[] own, float[] x, double[] sum, double factor, float[] dx) {
        for (int i = 0; i < n; i++) dx[i] = (float) (own[i] + factor * x[i] * sum[i]);
    }
}
