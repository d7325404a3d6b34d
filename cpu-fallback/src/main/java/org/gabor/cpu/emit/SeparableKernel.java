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
    public int blocks() { return s.blocks().count() * s.channels().count(); }

    @Override
    public void run(Scratch scratch, int block) {
        int c = block % s.channels().count(), n = block / s.channels().count();
        long x = s.x() + n * s.blocks().a() + c * s.channels().a();
        long y = s.y() + n * s.blocks().b() + c * s.channels().b();
        int length = s.columns().size() * s.lanes();
        double[] row = scratch.row(s.w() * s.lanes());
        float[] result = scratch.result(length);
        for (int p = 0; p < s.rows().size(); p++) {
            sumRows(scratch, x, p, row);
            sumColumns(row, result);
            if (s.activation() != null) Functions.apply(s.activation(), length, result, result, scratch);
            Memory.store(result, 0, y + p * s.row().b(), length);
        }
    }

    private void sumRows(Scratch scratch, long x, int p, double[] row) {
        int length = s.w() * s.lanes();
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

    private void sumColumns(double[] row, float[] result) {
        int lanes = s.lanes();
        for (int q = 0; q < s.columns().size(); q++)
            for (int lane = 0; lane < lanes; lane++) {
                double sum = 0;
                for (int t = columns.start[q]; t < columns.start[q + 1]; t++)
                    sum += columns.weight[t] * row[columns.at[t] * lanes + lane];
                result[q * lanes + lane] = (float) sum;
            }
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
