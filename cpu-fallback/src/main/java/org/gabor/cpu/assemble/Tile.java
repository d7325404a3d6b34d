package org.gabor.cpu.assemble;

import org.gabor.cpu.assemble.NestPlan.Mode;

/**
 * Rows and columns of a nest cut into tiles of sums that are kept in registers.
 *
 * @param rows the cut of the rows
 * @param columns the cut of the columns, which are vectors in mode {@link Mode#COLUMN}
 */
record Tile(Split rows, Split columns) {
    /** Bytes that an instruction can reach from a pointer; a quarter, since distances of rows and columns are added. */
    private static final long REACH = 1L << 29;

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
     * @param scratch registers that are needed when the sums are done
     */
    static Tile best(NestLoops loops, int scratch) {
        boolean dots = loops.mode() == Mode.DOT, aliased = loops.mode() == Mode.COLUMN && !loops.rows().isEmpty()
                && loops.rows().getLast().step().a() % Walk.PAGE == 0;
        int registers = loops.isa().registers - (loops.isa() == Isa.AVX2 && loops.tail() > 0 ? 1 : 0);
        Tile best = cut(loops, 1, 1);
        double least = Double.POSITIVE_INFINITY;
        for (int v = 1; 2 * v + 1 <= registers && v <= Walk.turns(loops.columns()); v++) {
            // the sums, a vector of B for each column, and one of A; afterwards one that a dot product is taken from
            int most = (registers - Math.max(v + 1, scratch + (dots ? 1 : 0))) / v;
            Tile tile = cut(loops, aliased ? Math.min(most, ALIASED) : most, v);
            if (tile.reach() > REACH) tile = cut(loops, 1, v);
            if (tile.reach() > REACH) continue;
            double cost = tile.cost(loops);
            if (cost < 0.99 * least) {
                best = tile;
                least = cost;
            }
        }
        return best;
    }

    private static Tile cut(NestLoops loops, int m, int v) {
        return new Tile(Split.of(loops.rows(), false, m), Split.of(loops.columns(), loops.ragged(Mode.COLUMN), v));
    }

    private long reach() {
        return rows.full().getLast().at().longest() + columns.full().getLast().at().longest();
    }

    private double cost(NestLoops loops) {
        int m = rows.full().size(), v = columns.full().size(), lastM = rows.last().size(), lastV = columns.last().size();
        double full = cost(loops, m, v), lastRows = cost(loops, lastM, v);
        double lastColumns = cost(loops, m, lastV), last = cost(loops, lastM, lastV);
        long around = Walk.turns(rows.around()) * Walk.turns(columns.around());
        int down = rows.pieces().count(), across = columns.pieces().count();
        return around * (across * (down * full + lastRows) + down * lastColumns + last);
    }

    /** Cycles of one tile. In mode DOT the vectors of A that come from the second-level cache may be what takes longest. */
    private static double cost(NestLoops loops, int m, int v) {
        int sums = m * v;
        if (sums == 0) return 0;
        boolean dots = loops.mode() == Mode.DOT;
        double step = Math.max(4, Math.max(sums, m + v) / 2.0) + 0.25;
        if (dots) step = Math.max(step, m * loops.isa().bytes / FROM_CACHE);
        return Walk.turns(loops.reduction()) * step + sums * (dots ? 4 : 1) + 10;
    }
}
