package org.gabor.cpu.assemble;

import java.util.List;
import java.util.Objects;
import org.gabor.cpu.assemble.NestPlan.Mode;
import org.jspecify.annotations.Nullable;

/**
 * Rows and columns of a nest cut into tiles of sums that are kept in registers.
 *
 * @param rows the cut of the rows
 * @param columns the cut of the columns, which are vectors in mode {@link Mode#COLUMN}
 */
record Tile(Split rows, Split columns) {
    /** Bytes that an instruction can reach from a pointer; a quarter, since distances of rows and columns are added. */
    private static final long REACH = 1L << 29;

    static final double LINES = Double.parseDouble(System.getProperty("lines", "0"));
    /** Bytes a cycle that come from the second-level cache. */
    private static final double FROM_CACHE = 20;

    /** Rows of a tile at most if all lie in the same set of the first-level cache, which has eight places or twelve. */
    private static final int ALIASED = 8;

    /** Sums of the largest tile. */
    int sums() { return rows.full().size() * columns.full().size(); }

    /**
     * The cut that should take the fewest cycles, by a simple model of a core: two multiply-adds and two loads a cycle, a
     * multiply-add takes four cycles, and a tile has costs at its begin and end.
     *
     * @param registers how many there are
     * @param scratch registers that are needed when the sums are done
     * @param ragged true if the last vector of the columns is incomplete
     * @param steps how many products are added to each sum; in mode {@link Mode#DOT} vectors of them
     */
    static Tile best(Isa isa, Mode mode, int registers, int scratch, boolean ragged, List<Walk> rows, List<Walk> columns, long steps) {
        @Nullable
        boolean aliased = mode == Mode.COLUMN && !rows.isEmpty() && rows.getLast().step().a() % Walk.PAGE == 0;
        Tile best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int v = 1; 2 * v + 1 <= registers; v++) {
            // the sums, a vector of B for each column, and one of A
            int most = Math.min((registers - Math.max(v + 1, scratch)) / v, aliased ? ALIASED : Integer.MAX_VALUE);
            for (int m : new int[] {most, 1}) {
                var tile = new Tile(Split.of(rows, false, m), Split.of(columns, ragged, v));
                if (best != null && tile.reach() > REACH) continue;
                double cost = tile.cost(mode, isa.bytes, steps);
                if (cost < 0.99 * least) {
                    best = tile;
                    least = cost;
                }
            }
        }
        return Objects.requireNonNull(best);
    }

    private long reach() {
        return rows.full().getLast().at().longest() + columns.full().getLast().at().longest();
    }

    private double cost(Mode mode, int bytes, long steps) {
        int m = rows.full().size(), v = columns.full().size(), lastM = rows.last().size(), lastV = columns.last().size();
        double full = cost(mode, bytes, steps, m, v), lastRows = cost(mode, bytes, steps, lastM, v);
        double lastColumns = cost(mode, bytes, steps, m, lastV), last = cost(mode, bytes, steps, lastM, lastV);
        long around = Walk.turns(rows.around()) * Walk.turns(columns.around());
        int down = rows.pieces().count(), across = columns.pieces().count();
        return around * (across * (down * full + lastRows) + down * lastColumns + last);
    }

    /** Cycles of one tile. In mode DOT the vectors of A that come from the second-level cache may be what takes longest. */
    private static double cost(Mode mode, int bytes, long steps, int m, int v) {
        int sums = m * v;
        if (sums == 0) return 0;
        double step = Math.max(4, Math.max(sums, m + v) / 2.0) + 0.25;
        if (mode == Mode.DOT) step = Math.max(step, m * bytes / FROM_CACHE);
        return steps * step + sums * (mode == Mode.DOT ? 4 : 1) + 10;
    }
}
