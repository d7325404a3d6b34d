package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Loop;

/**
 * A walk over the pixels of a result, each taken in groups of a few vectors. The tables of rows and columns tell the body
 * what belongs to the pixel. RDX points to the pixel, RBP counts bytes within it, R14 points to the entry of its row and
 * R13 to that of its column; R15, RBX and R12 are counters. The body may use all other registers.
 *
 * @param rows entries of {@link #WORDS} ints, one a row
 * @param columns entries of {@link #WORDS} ints, one a column
 * @param part elements of a pixel that a block of work handles
 * @param pixelBytes from pixel to pixel of the result
 * @param rowBytes from row to row of the result
 */
record Pixels(List<int[]> rows, List<int[]> columns, int part, long pixelBytes, long rowBytes) {
    /** Ints of an entry. */
    static final int WORDS = 4;
    /** Elements of a cache line, of which no two blocks of work should have a share each. */
    private static final int LINE = 16;
    /** Blocks of work that are enough for the threads that there are. */
    private static final int ENOUGH = 16;

    /** What is done with a group of vectors, the last of which may be incomplete. */
    interface Group {
        void emit(int vectors, boolean tail);
    }

    /** How many elements of a pixel a block of work handles: all of them if there are enough blocks of images. */
    static int part(int blocks, int pixel) {
        int parts = 1;
        for (int p = 2; parts * blocks < ENOUGH && p * LINE <= pixel; p++) if (pixel % (p * LINE) == 0) parts = p;
        return pixel / parts;
    }

    /** A row of arguments for each part of each block of images, from the addresses of three operands. */
    static long[][] arguments(Loop blocks, int pixel, int part, long x, long dy, long result) {
        var rows = new ArrayList<long[]>();
        for (int n = 0; n < blocks.count(); n++)
            for (long at = 0; at < (long) Float.BYTES * pixel; at += (long) Float.BYTES * part)
                rows.add(new long[] {x + n * blocks.a() + at, dy + n * blocks.b() + at, result + n * blocks.c() + at});
        return rows.toArray(long[][]::new);
    }

    /** All pixels, in groups of at most {@code most} vectors. RDX must point to the first. */
    void emit(Assembler x, int most, Group body) {
        Mem rowTable = entries(x, rows), columnTable = entries(x, columns);
        x.lea(Gp.R14, rowTable);
        x.loop(Gp.R15, rows.size(), () -> {
            x.lea(Gp.R13, columnTable);
            x.loop(Gp.RBX, columns.size(), () -> {
                groups(x, most, body);
                x.add(Gp.R13, WORDS * Integer.BYTES);
                x.add(Gp.RDX, pixelBytes);
            });
            x.add(Gp.R14, WORDS * Integer.BYTES);
            x.add(Gp.RDX, rowBytes - columns.size() * pixelBytes);
        });
    }

    private void groups(Assembler x, int most, Group body) {
        int lanes = x.isa.lanes(), groups = part / lanes / most;
        boolean tail = part % lanes != 0;
        int rest = part / lanes % most + (tail ? 1 : 0);
        x.xor(Gp.RBP, Gp.RBP);
        x.loop(Gp.R12, groups, () -> {
            body.emit(most, false);
            x.add(Gp.RBP, (long) most * x.isa.bytes);
        });
        if (rest > 0) body.emit(rest, tail);
    }

    private static Mem entries(Assembler x, List<int[]> entries) {
        var words = new ArrayList<Integer>();
        for (int[] entry : entries) for (int word : entry) words.add(word);
        return table(x, words);
    }

    /** A table behind the code, and what comes behind it stays aligned. */
    static Mem table(Assembler x, List<Integer> words) {
        var padded = new ArrayList<>(words);
        while (padded.size() % LINE != 0) padded.add(0);
        return x.literal(padded);
    }
}
