package org.gabor.cpu.emit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.graph.Activation;

/**
 * A nest in Java. A block of work is a tile of rows and columns; its sums stay on the heap, a row an array. Eight
 * vectors of B are staged, then every row adds eight products at once: one array written and eight read in one loop is
 * the form that C2 vectorises best.
 */
final class NestKernel implements Kernel {
    /** Reduction steps whose offsets are kept in a table; the loops around them are walked. */
    private static final int TABLE = 4096;

    private final Nest nest;
    private final List<Columns> columns;
    private final long[] rowA;
    private final long[] rowC;
    private final int tiles;
    private final int blocks;
    private final long[] tapA;
    private final long[] tapB;
    private final List<Loop> aroundTaps;
    private final int turns;

    NestKernel(Nest nest) {
        this.nest = nest;
        this.columns = Columns.of(nest.columns(), Scratch.WIDTH);
        int rows = Loop.turns(nest.rows());
        this.rowA = new long[rows];
        this.rowC = new long[rows];
        for (int m = 0; m < rows; m++) {
            int rest = m;
            for (Loop l : nest.rows().reversed()) {
                rowA[m] += rest % l.count() * l.a();
                rowC[m] += rest % l.count() * l.c();
                rest /= l.count();
            }
        }
        this.tiles = Math.ceilDiv(rows, Scratch.ROWS);
        this.blocks = Math.multiplyExact(Loop.turns(nest.outer()), tiles * columns.size());

        var around = new ArrayList<>(nest.reduction());
        var taps = new ArrayList<Loop>();
        int steps = 1;
        while (!around.isEmpty()) {
            Loop l = around.removeLast();
            int fits = Loop.largestDivisor(l.count(), TABLE / steps);
            taps.addFirst(new Loop(fits, l.a(), l.b()));
            steps *= fits;
            if (fits == l.count()) continue;
            around.add(new Loop(l.count() / fits, fits * l.a(), fits * l.b()));
            break;
        }
        this.aroundTaps = List.copyOf(around);
        this.turns = Loop.turns(around);
        this.tapA = new long[steps];
        this.tapB = new long[steps];
        for (int t = 0; t < steps; t++) {
            int rest = t;
            for (Loop l : taps.reversed()) {
                tapA[t] += rest % l.count() * l.a();
                tapB[t] += rest % l.count() * l.b();
                rest /= l.count();
            }
        }
    }

    @Override
    public int blocks() { return blocks; }

    @Override
    public void run(Scratch scratch, int block) {
        Columns cols = columns.get(block % columns.size());
        int tile = block / columns.size() % tiles;
        int outer = block / columns.size() / tiles;
        long a = nest.a(), b = nest.b(), c = nest.c(), bias = nest.epilogue().bias();
        for (int i = nest.outer().size() - 1; i >= 0; i--) {
            Loop l = nest.outer().get(i);
            int turn = outer % l.count();
            outer /= l.count();
            a += turn * l.a();
            b += turn * l.b();
            c += turn * l.c();
            bias += turn * nest.epilogue().step(i);
        }
        int first = tile * Scratch.ROWS;
        int rows = Math.min(Scratch.ROWS, rowA.length - first);

        for (int m = 0; m < rows; m++) Arrays.fill(scratch.sums[m], 0, cols.count, 0f);
        if (!nest.reduction().isEmpty()) reduce(scratch, cols, a, b, first, rows);
        bias += 4L * (nest.epilogue().kind() == Bias.ROW ? first : cols.first);
        finish(scratch, cols, c, bias, first, rows);
    }

    private void reduce(Scratch scratch, Columns cols, long a, long b, int first, int rows) {
        for (int turn = 0; turn < turns; turn++) {
            long at = a, bt = b;
            int rest = turn;
            for (int i = aroundTaps.size() - 1; i >= 0; i--) {
                Loop l = aroundTaps.get(i);
                int n = rest % l.count();
                rest /= l.count();
                at += n * l.a();
                bt += n * l.b();
            }
            int t = 0;
            for (; t + Scratch.TAPS <= tapA.length; t += Scratch.TAPS) {
                for (int i = 0; i < Scratch.TAPS; i++) cols.stage(bt + tapB[t + i], scratch.taps[i]);
                addEight(scratch, cols.count, at, t, first, rows);
            }
            for (; t < tapA.length; t++) {
                cols.stage(bt + tapB[t], scratch.taps[0]);
                addOne(scratch, cols.count, at + tapA[t], first, rows);
            }
        }
    }

    private void addEight(Scratch scratch, int count, long base, int t, int first, int rows) {
        float[][] taps = scratch.taps;
        long o0 = tapA[t], o1 = tapA[t + 1], o2 = tapA[t + 2], o3 = tapA[t + 3];
        long o4 = tapA[t + 4], o5 = tapA[t + 5], o6 = tapA[t + 6], o7 = tapA[t + 7];
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
    private void finish(Scratch scratch, Columns cols, long c, long bias, int first, int rows) {
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
            if (f != null) Functions.apply(f, cols.count, sums, sums, scratch);
            cols.store(c + rowC[first + m], sums);
        }
    }
}
