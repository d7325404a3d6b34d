package org.gabor.cuda;

/**
 * One of our own kernels, over a grid of blocks of threads.
 *
 * @param family the source file that it comes from, without ending: {@code pooling}
 * @param kernel its name: {@code pooling_max}
 * @param grid blocks
 * @param block threads of a block
 * @param sharedBytes dynamic shared memory of a block
 * @param arguments what it is called with
 */
record Launch(String family, String kernel, Grid grid, Block block, int sharedBytes, Arguments arguments) implements Work {
    /** The most blocks along y and z. */
    private static final int LIMIT = 65_535;

    Launch {
        if (sharedBytes < 0) throw new IllegalArgumentException(kernel + ": " + sharedBytes + " bytes");
    }

    /** A kernel whose blocks have so many threads along x. */
    Launch(String family, String kernel, Grid grid, int threads, int sharedBytes, Arguments arguments) {
        this(family, kernel, grid, Block.of(threads), sharedBytes, arguments);
    }

    /** A kernel without dynamic shared memory. */
    Launch(String family, String kernel, Grid grid, int threads, Arguments arguments) {
        this(family, kernel, grid, threads, 0, arguments);
    }

    /** Threads of a block along three axes, at most 1024 in all. */
    record Block(int x, int y, int z) {
        private static final int MOST = 1024;

        Block {
            if (x < 1 || y < 1 || z < 1 || (long) x * y * z > MOST)
                throw new IllegalArgumentException("a block of " + x + " x " + y + " x " + z + " threads");
        }

        /** Threads in a row. */
        static Block of(int x) { return new Block(x, 1, 1); }
    }

    /** Blocks along three axes; x may go up to 2^31 - 1. */
    record Grid(int x, int y, int z) {
        Grid {
            if (x < 1 || y < 1 || z < 1 || y > LIMIT || z > LIMIT)
                throw new IllegalArgumentException("a grid of " + x + " x " + y + " x " + z + " blocks");
        }

        /** Blocks in a row. */
        static Grid of(long x) { return new Grid(Math.toIntExact(x), 1, 1); }

        /** As many blocks of {@code each} as {@code count} elements take, but at most {@code most}. */
        static Grid over(long count, int each, int most) { return of(Math.clamp(Math.ceilDiv(count, each), 1, most)); }
    }
}
