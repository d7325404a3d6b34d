package org.gabor.cpu.assemble;

import java.util.List;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;

/**
 * How a block of work of a nest is done, which is all that its code depends on. A tile of C stays in registers while its
 * products are summed; a tile is a piece of the rows by a piece of the columns.
 *
 * @param mode which of the loops goes along vectors; where it is a loop of columns or of the reduction, a turn of that
 *     loop is a whole vector
 * @param tail elements of an incomplete vector at the end of that loop, or 0 if all are full
 * @param outer loops around everything else
 * @param lanes the loop along vectors in mode {@link Mode#LANE}, cut into single vectors; else one piece
 * @param chunks the outer loops of the reduction, between whose turns the sums rest in C; for most there are none
 * @param columns the columns of C, cut into tiles
 * @param rows the rows of C, cut into tiles
 * @param reduction the loops of the reduction within a chunk, cut into pieces that are written out
 * @param bias what a bias belongs to
 * @param activation what is applied to the sum with its bias and addend, or null for nothing
 * @param addend whether something is added element by element
 * @param gate whether a gate lets some of the results through and makes the others 0
 * @param adds whether the block adds to what C holds, unless it is the first to visit it
 */
record NestPlan(Mode mode, int tail, List<Walk> outer, Split lanes, List<Walk> chunks, Split columns, Split rows,
        Split reduction, Bias bias, @Nullable Activation activation, boolean addend, boolean gate, boolean adds) {
    /** Which loop goes along vectors. */
    enum Mode {
        /** The innermost columns, neighbours in B and C: a vector of B by one element of A. */
        COLUMN,
        /** The innermost loop of the reduction, neighbours in A and B: vectors of both, whose elements are summed at last. */
        DOT,
        /** The innermost outer loop, neighbours in A, B and C: vectors of both, a sum an element. */
        LANE
    }

    /** True if something happens to a sum before it is stored. */
    boolean finishes() { return activation != null || bias != Bias.NONE || addend || gate; }

    NestPlan {
        outer = List.copyOf(outer);
        chunks = List.copyOf(chunks);
    }
}
