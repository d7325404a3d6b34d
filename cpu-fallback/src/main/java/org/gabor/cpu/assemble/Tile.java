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

    /** Sums of the largest tile. */
    int sums() { return rows.full().size() * columns.full().size(); }

    /**
     * The cut that should take the fewest cycles, by a simple model of a core: two multiply-adds and two loads a cycle, a
     * multiply-add takes four cycles, and a tile has costs at its begin and end.
     *
     * @param steps how many products are added to each sum; in mode {@link Mode#DOT} vectors of them
     */
    static Tile best(Isa isa, Mode mode, boolean ragged, List<Walk> rows, List<Walk> columns, long steps) {
        int registers = isa.registers - (isa == Isa.AVX2 && ragged ? 1 : 0);
        @Nullable Tile best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int v = 1; 2 * v + 1 <= registers; v++) {
            // the sums, a vector of B for each column, and one of A
            int most = (registers - v - 1) / v;
            for (int m : new int[] {most, 1}) {
                var tile = new Tile(Split.of(rows, false, m), Split.of(columns, ragged && mode == Mode.COLUMN, v));
                if (best != null && tile.reach() > REACH) continue;
                double cost = tile.cost(mode, steps);
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

    private double cost(Mode mode, long steps) {
        double cost = 0;
        for (List<Split.Element> some : List.of(rows.full(), rows.last())) {
            for (List<Split.Element> others : List.of(columns.full(), columns.last())) {
                long tiles = (long) (some == rows.full() ? rows.pieces().count() : 1)
                        * (others == columns.full() ? columns.pieces().count() : 1);
                int m = some.size(), v = others.size(), sums = m * v;
                if (sums == 0) continue;
                double step = Math.max(4, Math.max(sums, m + v) / 2.0) + 0.25;
                cost += tiles * (steps * step + sums * (mode == Mode.DOT ? 4 : 1) + 10);
            }
        }
        return cost * Walk.turns(rows.around()) * Walk.turns(columns.around());
    }
}
