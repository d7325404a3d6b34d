package org.gabor.cpu.emit;

import java.util.Arrays;
import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Sums;

/** Sums in Java: some neighbouring units of a part at a time, turn by turn of the summed loops. */
final class SumsKernel implements Kernel {
    private final Sums s;
    /** Units of x as the columns of B, those of dy as the columns of C. */
    private final List<Columns> units;
    private final int count;
    private final int turns;
    private final int blocks;

    SumsKernel(Sums s) {
        this.s = s;
        this.units = Columns.of(s.units().stream().map(l -> new Loop(l.count(), 0, l.a(), l.b())).toList(), Scratch.WIDTH);
        this.count = Loop.turns(s.units());
        this.turns = Loop.turns(s.summed());
        this.blocks = Math.multiplyExact(Loop.turns(s.parts()), units.size());
    }

    @Override
    public int blocks() { return blocks; }

    @Override
    public void run(Scratch scratch, int block) {
        Columns columns = units.get(block % units.size());
        int part = block / units.size(), n = columns.count;
        long x = s.x() + Walk.a(s.parts(), part), dy = s.dy() + Walk.b(s.parts(), part);
        double[] first = scratch.row(n), second = scratch.totals(n);
        Arrays.fill(first, 0, n, 0);
        Arrays.fill(second, 0, n, 0);
        float[] xs = scratch.taps[0], dys = scratch.taps[1];
        for (int turn = 0; turn < turns; turn++) {
            columns.stage(x + Walk.a(s.summed(), turn), xs);
            switch (s.kind()) {
                case TOTAL -> add(n, first, xs);
                case MOMENTS -> {
                    add(n, first, xs);
                    addProducts(n, second, xs, xs);
                }
                case GRADIENT -> {
                    columns.stageC(dy + Walk.b(s.summed(), turn), dys);
                    add(n, first, dys);
                    addProducts(n, second, xs, dys);
                }
            }
        }
        long row = 8L * count, result = s.result() + (long) part * s.kind().rows * row + 8L * columns.first;
        Memory.store(first, result, n);
        if (s.kind().rows > 1) Memory.store(second, result + row, n);
    }

    private static void add(int n, double[] sums, float[] x) {
        for (int i = 0; i < n; i++) sums[i] += x[i];
    }

    private static void addProducts(int n, double[] sums, float[] x, float[] y) {
        for (int i = 0; i < n; i++) sums[i] += (double) x[i] * y[i];
    }
}
