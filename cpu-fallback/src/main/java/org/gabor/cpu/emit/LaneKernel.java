package org.gabor.cpu.emit;

import java.util.Arrays;
import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;

/** A nest whose last outer loop lies side by side: the turns of that loop are the elements of arrays. */
final class LaneKernel implements Kernel {
    private final Nest nest;
    private final List<Loop> outer;
    private final int lanes;
    private final int pieces;
    private final Reduction reduction;
    private final long[] rowA;
    private final long[] rowC;
    private final @Nullable Besides addend;
    private final @Nullable Besides gate;
    private final int tiles;
    private final int blocks;

    LaneKernel(Nest nest) {
        this.nest = nest;
        this.outer = nest.outer().subList(0, nest.outer().size() - 1);
        this.lanes = nest.outer().getLast().count();
        this.pieces = Math.ceilDiv(lanes, Scratch.WIDTH);
        this.reduction = new Reduction(nest.reduction());
        this.rowA = Walk.tableOfA(nest.rows());
        this.rowC = Walk.tableOfC(nest.rows());
        this.addend = Besides.of(nest, nest.epilogue().addend());
        this.gate = Besides.of(nest, nest.epilogue().gate());
        this.tiles = Math.ceilDiv(rowA.length, Scratch.ROWS);
        this.blocks = Math.multiplyExact(Loop.turns(outer), tiles * pieces);
    }

    @Override
    public int blocks() { return blocks; }

    @Override
    public void run(Scratch scratch, int block) {
        int piece = block % pieces * Scratch.WIDTH, first = block / pieces % tiles * Scratch.ROWS;
        int turn = block / pieces / tiles, n = Math.min(Scratch.WIDTH, lanes - piece);
        int rows = Math.min(Scratch.ROWS, rowA.length - first);
        long a = nest.a() + Walk.a(outer, turn) + 4L * piece, b = nest.b() + Walk.b(outer, turn) + 4L * piece;
        float[][] sums = scratch.sums, taps = scratch.taps;
        for (int m = 0; m < rows; m++) Arrays.fill(sums[m], 0, n, 0f);
        for (int i = 0; i < reduction.turns; i++) {
            long at = a + reduction.startInA(i), bt = b + reduction.startInB(i);
            for (int t = 0; t < reduction.a.length; t++) {
                Memory.load(bt + reduction.b[t], taps[0], 0, n);
                for (int m = 0; m < rows; m++) {
                    Memory.load(at + reduction.a[t] + rowA[first + m], taps[1], 0, n);
                    addProducts(n, sums[m], taps[1], taps[0]);
                }
            }
        }
        finish(scratch, nest.c() + Walk.c(outer, turn) + 4L * piece, (long) turn * lanes + piece, first, rows, n);
    }

    private static void addProducts(int n, float[] c, float[] a, float[] b) {
        for (int i = 0; i < n; i++) c[i] += a[i] * b[i];
    }

    private void finish(Scratch scratch, long c, long turn, int first, int rows, int n) {
        float[] other = scratch.taps[1];
        long bias = nest.epilogue().bias() + NestKernel.moved(nest, turn);
        long addends = addend == null ? 0 : addend.start(turn), gates = gate == null ? 0 : gate.start(turn);
        boolean biased = nest.epilogue().kind() != Bias.NONE;
        if (biased) Memory.load(bias, scratch.taps[0], 0, n);
        Activation f = nest.epilogue().activation();
        for (int m = 0; m < rows; m++) {
            float[] sums = scratch.sums[m];
            if (biased) Elementwise.add(n, sums, sums, scratch.taps[0]);
            if (addend != null) {
                addend.load(addends, first + m, other, n);
                Elementwise.add(n, sums, sums, other);
            }
            if (f != null) Functions.apply(f, n, sums, sums, scratch);
            if (gate != null) {
                gate.load(gates, first + m, other, n);
                Elementwise.reluSlope(n, sums, other, sums);
            }
            Memory.store(sums, 0, c + rowC[first + m], n);
        }
    }
}
