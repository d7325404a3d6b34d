package org.gabor.cpu.emit;

import java.util.Arrays;
import org.gabor.cpu.kernel.Lrn;

/** Local response normalisation in Java: a piece of a row at a time, all channels of it. */
final class LrnKernel implements Kernel {
    private final Lrn lrn;
    private final int before;
    private final int after;
    private final int pieces;
    private final int channels;

    LrnKernel(Lrn lrn) {
        this.lrn = lrn;
        this.before = lrn.op().size() / 2;
        this.after = (lrn.op().size() - 1) / 2;
        this.pieces = Math.ceilDiv(lrn.run(), Scratch.WIDTH);
        this.channels = lrn.channels().count();
    }

    @Override
    public int blocks() { return Math.multiplyExact(lrn.blocks().count() * lrn.rows().count(), pieces); }

    @Override
    public void run(Scratch scratch, int block) {
        int first = block % pieces * Scratch.WIDTH, n = Math.min(Scratch.WIDTH, lrn.run() - first);
        int row = block / pieces % lrn.rows().count(), image = block / pieces / lrn.rows().count();
        long x = lrn.x() + image * lrn.blocks().a() + row * lrn.rows().a() + 4L * first;
        long dy = lrn.dy() + image * lrn.blocks().b() + row * lrn.rows().b() + 4L * first;
        long result = lrn.result() + image * lrn.blocks().c() + row * lrn.rows().c() + 4L * first;
        float[][] planes = scratch.registers((lrn.dy() == 0 ? 1 : 3) * channels);
        double[] d = scratch.row(n);
        for (int c = 0; c < channels; c++) Memory.load(x + c * lrn.channels().a(), planes[c], 0, n);
        if (lrn.dy() == 0) {
            for (int c = 0; c < channels; c++) {
                denominators(planes, c, n, d);
                forward(n, planes[c], d, scratch.sums[0]);
                Memory.store(scratch.sums[0], 0, result + c * lrn.channels().c(), n);
            }
            return;
        }
        // the share of dy that stays with its channel, and what goes to the channels of the window
        for (int c = 0; c < channels; c++) {
            denominators(planes, c, n, d);
            float[] own = planes[channels + c], spread = planes[2 * channels + c];
            Memory.load(dy + c * lrn.channels().b(), own, 0, n);
            share(n, planes[c], d, own, spread);
        }
        double factor = -2 * lrn.op().alpha() * lrn.op().beta() / lrn.op().size();
        for (int c = 0; c < channels; c++) {
            Arrays.fill(d, 0, n, 0);
            for (int j = Math.max(0, c - after); j <= Math.min(channels - 1, c + before); j++)
                add(n, d, planes[2 * channels + j]);
            float[] dx = planes[channels + c];
            gather(n, dx, planes[c], d, factor);
            Memory.store(dx, 0, result + c * lrn.channels().c(), n);
        }
    }

    private void denominators(float[][] x, int c, int n, double[] d) {
        Arrays.fill(d, 0, n, 0);
        for (int j = Math.max(0, c - before); j <= Math.min(channels - 1, c + after); j++) addSquares(n, d, x[j]);
        double scale = lrn.op().alpha() / lrn.op().size();
        for (int i = 0; i < n; i++) d[i] = lrn.op().k() + scale * d[i];
    }

    private static void addSquares(int n, double[] d, float[] x) {
        for (int i = 0; i < n; i++) d[i] += (double) x[i] * x[i];
    }

    private static void add(int n, double[] d, float[] x) {
        for (int i = 0; i < n; i++) d[i] += x[i];
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

    private static void gather(int n, float[] dx, float[] x, double[] sum, double factor) {
        for (int i = 0; i < n; i++) dx[i] = (float) (dx[i] + factor * x[i] * sum[i]);
    }
}
