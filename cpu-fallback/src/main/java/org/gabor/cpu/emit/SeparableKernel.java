package org.gabor.cpu.emit;

import java.util.Arrays;
import java.util.List;
import org.gabor.cpu.kernel.Separable;
import org.gabor.cpu.kernel.Separable.Tap;

/** Separable maps in Java: an output row is first a sum of whole input rows, then of columns of that sum. */
final class SeparableKernel implements Kernel {
    private final Separable s;
    private final Sparse rows;
    private final Sparse columns;

    SeparableKernel(Separable s) {
        this.s = s;
        this.rows = new Sparse(s.rows());
        this.columns = new Sparse(s.columns());
    }

    @Override
    public int blocks() { return Math.multiplyExact(s.blocks().count(), s.rows().size()); }

    @Override
    public void run(Scratch scratch, int block) {
        int p = block % s.rows().size(), n = block / s.rows().size();
        int length = s.columns().size() * s.pixel();
        double[] row = scratch.row(s.w() * s.pixel());
        float[] result = scratch.result(length);
        sumRows(scratch, s.x() + n * s.blocks().a(), p, row);
        sumColumns(row, scratch.totals(s.pixel()), result);
        if (s.activation() != null) Functions.apply(s.activation(), length, result, result, scratch);
        Memory.store(result, 0, s.y() + n * s.blocks().b() + p * s.row().b(), length);
    }

    private void sumRows(Scratch scratch, long x, int p, double[] row) {
        int length = s.w() * s.pixel();
        Arrays.fill(row, 0, length, 0);
        float[] piece = scratch.taps[0];
        for (int t = rows.start[p]; t < rows.start[p + 1]; t++) {
            long from = x + rows.at[t] * s.row().a();
            for (int first = 0; first < length; first += Scratch.WIDTH) {
                int n = Math.min(Scratch.WIDTH, length - first);
                Memory.load(from + 4L * first, piece, 0, n);
                add(n, row, first, rows.weight[t], piece);
            }
        }
    }

    private static void add(int n, double[] row, int first, double weight, float[] x) {
        for (int i = 0; i < n; i++) row[first + i] += weight * x[i];
    }

    private void sumColumns(double[] row, double[] sums, float[] result) {
        int pixel = s.pixel();
        for (int q = 0; q < s.columns().size(); q++) {
            Arrays.fill(sums, 0, pixel, 0);
            for (int t = columns.start[q]; t < columns.start[q + 1]; t++)
                add(pixel, sums, columns.weight[t], row, columns.at[t] * pixel);
            round(pixel, sums, result, q * pixel);
        }
    }

    private static void add(int n, double[] sums, double weight, double[] row, int first) {
        for (int i = 0; i < n; i++) sums[i] += weight * row[first + i];
    }

    private static void round(int n, double[] sums, float[] result, int first) {
        for (int i = 0; i < n; i++) result[first + i] = (float) sums[i];
    }

    /** A sparse matrix: the taps of row i are start[i] ... start[i + 1] - 1. */
    private static final class Sparse {
        private final int[] start;
        private final int[] at;
        private final double[] weight;

        Sparse(List<List<Tap>> taps) {
            start = new int[taps.size() + 1];
            for (int i = 0; i < taps.size(); i++) start[i + 1] = start[i] + taps.get(i).size();
            at = taps.stream().flatMap(List::stream).mapToInt(Tap::at).toArray();
            weight = taps.stream().flatMap(List::stream).mapToDouble(Tap::weight).toArray();
        }
    }
}
