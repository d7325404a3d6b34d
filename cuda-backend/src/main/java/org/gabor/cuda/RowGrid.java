package org.gabor.cuda;

/**
 * How threads lie over the rows of a result: along x over a row, along y over the rows, which a block takes several of where
 * they are short, and again and again where there are more than a grid can count.
 *
 * @param grid blocks
 * @param block threads of one
 */
record RowGrid(Launch.Grid grid, Launch.Block block) {
    /** The most blocks along y. */
    private static final int ROWS = 65_535;

    /**
     * Blocks of {@code threads} threads, a power of two.
     *
     * @param row threads that a row takes
     * @param rows how many there are
     */
    static RowGrid of(long row, long rows, int threads) { return of(row, rows, threads, 1); }

    /** Blocks of {@code threads} threads, {@code depth} of which share what else one does. */
    static RowGrid of(long row, long rows, int threads, int depth) {
        int x = holding(row, threads / depth), y = threads / depth / x;
        return new RowGrid(new Launch.Grid(Math.toIntExact(Math.ceilDiv(row, x)), (int) Math.min(Math.ceilDiv(rows, y), ROWS), 1),
                new Launch.Block(x, y, depth));
    }

    /** The least power of two that is no less than {@code count}, but at most {@code most}, which is one too. */
    static int holding(long count, int most) {
        return count >= most ? most : Math.max(1, Integer.highestOneBit((int) count * 2 - 1));
    }
}
