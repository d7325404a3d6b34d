package org.gabor.cpu.emit;

import java.util.Arrays;
import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;

/**
 * A nest in Java. A block of work is a tile of rows and columns; its sums stay on the heap, a row an array. Eight
 * vectors of B are staged, then every row adds eight products at once: one array written and eight read in one loop is
 * the form that C2 vectorises best.
 */
final class NestKernel implements Kernel {
    private final Nest nest;
    private final List<Columns> columns;
    private final Reduction reduction;
    private final long[] rowA;
    private final long[] rowC;
    private final @Nullable Besides addend;
    private final @Nullable Besides gate;
    private final int tiles;
    private final int blocks;

    NestKernel(Nest nest) {
        this.nest = nest;
        this.columns = Columns.of(nest.columns(), Scratch.WIDTH);
        this.reduction = new Reduction(nest.reduction());
        this.rowA = Walk.tableOfA(nest.rows());
        this.rowC = Walk.tableOfC(nest.rows());
        this.addend = Besides.of(nest, nest.epilogue().addend());
        this.gate = Besides.of(nest, nest.epilogue().gate());
        this.tiles = Math.ceilDiv(rowA.length, Scratch.ROWS);
        this.blocks = Math.multiplyExact(Loop.turns(nest.outer()), tiles * columns.size());
    }

    @Override
    public int blocks() { return blocks; }

    @Override
    public void run(Scratch scratch, int block) {
        int group = block % columns.size();
        Columns cols = columns.get(group);
        int tile = block / columns.size() % tiles;
        int outer = block / columns.size() / tiles;
        long a = nest.a() + Walk.a(nest.outer(), outer), b = nest.b() + Walk.b(nest.outer(), outer);
        long c = nest.c() + Walk.c(nest.outer(), outer), bias = nest.epilogue().bias() + moved(nest, outer);
        int first = tile * Scratch.ROWS;
        int rows = Math.min(Scratch.ROWS, rowA.length - first);

        for (int m = 0; m < rows; m++) Arrays.fill(scratch.sums[m], 0, cols.count, 0f);
        reduce(scratch, cols, a, b, first, rows);
        bias += 4L * (nest.epilogue().kind() == Bias.ROW ? first : cols.first);
        finish(scratch, group, c, bias, outer, first, rows);
    }

    /** How far a turn of the outer loops has moved the bias of a nest. */
    static long moved(Nest nest, long turn) {
        long offset = 0;
        for (int i = nest.outer().size() - 1; i >= 0; i--) {
            int count = nest.outer().get(i).count();
            offset += turn % count * nest.epilogue().step(i);
            turn /= count;
        }
        return offset;
    }

    private void reduce(Scratch scratch, Columns cols, long a, long b, int first, int rows) {
        int steps = reduction.a.length;
        for (int turn = 0; turn < reduction.turns; turn++) {
            long at = a + reduction.startInA(turn), bt = b + reduction.startInB(turn);
            int t = 0;
            for (; t + Scratch.TAPS <= steps; t += Scratch.TAPS) {
                for (int i = 0; i < Scratch.TAPS; i++) cols.stage(bt + reduction.b[t + i], scratch.taps[i]);
                addEight(scratch, cols.count, at, t, first, rows);
            }
            for (; t < steps; t++) {
                cols.stage(bt + reduction.b[t], scratch.taps[0]);
                addOne(scratch, cols.count, at + reduction.a[t], first, rows);
            }
        }
    }

    private void addEight(Scratch scratch, int count, long base, int t, int first, int rows) {
        float[][] taps = scratch.taps;
        long[] o = reduction.a;
        long o0 = o[t], o1 = o[t + 1], o2 = o[t + 2], o3 = o[t + 3], o4 = o[t + 4], o5 = o[t + 5], o6 = o[t + 6], o7 = o[t + 7];
        for (int m = 0; m < rows; m++) {
            long a = base + rowA[first + m];
            addEight(count, scratch.sums[m], taps[0], taps[1], taps[2], taps[3], taps[4], taps[5], taps[6], taps[7],
                    Memory.f32(a + o0), Memory.f32(a + o1), Memory.f32(a + o2), Memory.f32(a + o3),
                    Memory.f32(a + o4), Memory.f32(a + o5), Memory.f32(a + o6), Memory.f32(a + o7));
        }
    }

    private static void addEight(int count, float[] c, float[] x0, float[] x1, float[] x2, float[] x3, float[] x4,
            float[] x5, float[] x6, float[] x7, float a0, float a1, float a2, float a3, float a4, float a5, float a6,
            float a7) {
        for (int j = 0; j < count; j++)
            c[j] += a0 * x0[j] + a1 * x1[j] + a2 * x2[j] + a3 * x3[j] + a4 * x4[j] + a5 * x5[j] + a6 * x6[j] + a7 * x7[j];
    }

    private void addOne(Scratch scratch, int count, long a, int first, int rows) {
        for (int m = 0; m < rows; m++)
            addOne(count, scratch.sums[m], scratch.taps[0], Memory.f32(a + rowA[first + m]));
    }

    private static void addOne(int count, float[] c, float[] x, float a) {
        for (int j = 0; j < count; j++) c[j] += a * x[j];
    }

    /** The bias comes last: a large one would take digits from every sum before. */
    private void finish(Scratch scratch, int group, long c, long bias, int outer, int first, int rows) {
        Columns cols = columns.get(group);
        float[] other = scratch.taps[1];
        long addends = addend == null ? 0 : addend.start(outer), gates = gate == null ? 0 : gate.start(outer);
        Bias kind = nest.epilogue().kind();
        if (kind == Bias.COLUMN) Memory.load(bias, scratch.taps[0], 0, cols.count);
        Activation f = nest.epilogue().activation();
        for (int m = 0; m < rows; m++) {
            float[] sums = scratch.sums[m];
            switch (kind) {
                case NONE -> {}
                case ROW -> Elementwise.add(cols.count, sums, sums, Memory.f32(bias + 4L * m));
                case COLUMN -> Elementwise.add(cols.count, sums, sums, scratch.taps[0]);
            }
            if (addend != null) {
                addend.stage(group, addends, first + m, other);
                Elementwise.add(cols.count, sums, sums, other);
            }
            if (f != null) Functions.apply(f, cols.count, sums, sums, scratch);
            if (gate != null) {
                gate.stage(group, gates, first + m, other);
                Elementwise.reluSlope(cols.count, sums, other, sums);
            }
            cols.store(c + rowC[first + m], sums);
        }
    }
}
