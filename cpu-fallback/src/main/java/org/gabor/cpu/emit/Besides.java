package org.gabor.cpu.emit;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.jspecify.annotations.Nullable;

/** A value like C that the epilogue of a nest reads: where its rows and columns lie. */
final class Besides {
    private final long address;
    private final List<Loop> outer;
    private final List<Columns> columns;
    private final long[] rows;

    private Besides(Nest nest, Beside x) {
        this.address = x.address();
        this.outer = loops(nest.outer(), x.outer());
        this.columns = Columns.of(loops(nest.columns(), x.columns()), Scratch.WIDTH);
        this.rows = Walk.tableOfC(loops(nest.rows(), x.rows()));
    }

    /** The value that a nest has there; null for none. */
    static @Nullable Besides of(Nest nest, @Nullable Beside x) { return x == null ? null : new Besides(nest, x); }

    /** The loops with the steps of this value as those of B and C. */
    private static List<Loop> loops(List<Loop> of, List<Long> steps) {
        var loops = new ArrayList<Loop>();
        for (int i = 0; i < of.size(); i++) loops.add(new Loop(of.get(i).count(), 0, steps.get(i), steps.get(i)));
        return List.copyOf(loops);
    }

    /** Where a turn of the outer loops begins. */
    long start(long turn) { return address + Walk.c(outer, turn); }

    /** The columns of a group in one row. */
    void stage(int group, long start, int row, float[] target) { columns.get(group).stage(start + rows[row], target); }

    /** {@code n} neighbours from the start of one row on. */
    void load(long start, int row, float[] target, int n) { Memory.load(start + rows[row], target, 0, n); }
}
