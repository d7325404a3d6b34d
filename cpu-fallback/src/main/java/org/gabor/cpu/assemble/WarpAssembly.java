package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.cpu.kernel.Warp;

/**
 * Images as affine maps place them, a vector of neighbouring elements of a row at a time: pixels with their channels, or the
 * same pixel of images side by side. A table has for each element the column that it is in and where its plane begins. One
 * gather brings two neighbouring bytes for each element.
 */
final class WarpAssembly implements Assembly {
    /** Blocks of work that are enough for the threads that there are. */
    private static final int ENOUGH = 16;
    private static final int FLOOR = 9;
    private static final int X = 0, MAPS = 1, Y = 2, FIRST = 3, ROWS = 4;

    /** What b y + s and d y + t are in this row, the coefficients a and c, the number of the row, and 1. */
    private static final int ACROSS = 0, DOWN = 1, A = 2, C = 3, ROW = 4, ONE = 5;
    /** Places u and v, later scratch; the weights of two columns and two rows; the first column and row. */
    private static final int U = 6, V = 7, LEFT = 8, UPPER = 10, COLUMN = 12, LINE = 13;
    /** Where the bytes are, from the start of the image. */
    private static final int AT = COLUMN;
    private static final int T = 14, ABOVE = 15, BELOW = V;
    private static final Mask ALL = new Mask(1, U), TAIL = new Mask(2, LINE);

    private final Warp k;
    private final int c;
    private final int h;
    private final int w;
    /** Images of a vector; one, if it has several pixels or channels of an image instead. */
    private final int lanes;

    private record Form(int n, int c, int h, int w, int lanes, long row) {}

    WarpAssembly(Warp k, Isa isa) {
        this.k = k;
        this.c = k.shape().c();
        this.h = k.shape().h();
        this.w = k.shape().w();
        this.lanes = Math.min(k.lanes(), isa.lanes());
    }

    /** Whether images have as many bytes as a gather brings; it must not read any beyond. */
    boolean isLargeEnough() { return lanes * k.imageBytes() >= Integer.BYTES; }

    @Override
    public Object form() { return new Form(k.shape().n(), c, h, w, k.lanes(), k.row()); }

    @Override
    public void assemble(Assembler x) {
        int perVector = lanes > 1 ? 1 : x.isa.lanes(), elements = w * c;
        long step = lanes > 1 ? (long) k.lanes() * Float.BYTES : x.isa.bytes;
        Mem table = table(x, perVector);
        x.load(Gp.RSI, Levels.argument(X));
        x.load(Gp.R8, Levels.argument(MAPS));
        x.load(Gp.R10, Levels.argument(Y));
        x.load(Gp.RBX, Levels.argument(ROWS));
        x.broadcast(ROW, Levels.argument(FIRST));
        x.load(ONE, x.literal(1f));
        coefficient(x, A, 0);
        coefficient(x, C, 3);
        x.loop(Gp.RBX, () -> {
            line(x, ACROSS, 1);
            line(x, DOWN, 4);
            x.lea(Gp.R9, table);
            x.move(Gp.RDX, Gp.R10);
            x.loop(Gp.RCX, elements / perVector, () -> {
                vector(x);
                x.store(Mem.at(Gp.RDX), ABOVE);
                x.add(Gp.RDX, step);
                x.add(Gp.R9, 2L * perVector * Float.BYTES);
            });
            if (elements % perVector > 0) {
                vector(x);
                x.first(TAIL, elements % perVector);
                x.storeMasked(Mem.at(Gp.RDX), TAIL, ABOVE);
            }
            x.add(Gp.R10, k.row());
            x.add(ROW, ROW, ONE);
        });
    }

    /** For every vector of a row the columns of its elements, then where their planes begin. */
    private Mem table(Assembler x, int perVector) {
        var words = new ArrayList<Integer>();
        int elements = w * c;
        for (int first = 0; first < elements; first += perVector) {
            int from = first;
            List<Integer> places = IntStream.range(0, perVector).map(i -> Math.min(from + i, elements - 1)).boxed().toList();
            for (int e : places) {
                int column = e / c;
                words.add(Float.floatToRawIntBits(column));
            }
            for (int e : places) words.add(e % c * h * w);
        }
        return Pixels.table(x, words);
    }

    /** d = row {@code row} of the maps, of these images. */
    private void coefficient(Assembler x, int d, int row) {
        Mem from = Mem.at(Gp.R8, (long) row * k.shape().n() * Float.BYTES);
        if (lanes > 1) x.load(d, from);
        else x.broadcast(d, from);
    }

    /** d = what the maps' rows from {@code row} on make of the number of the row. */
    private void line(Assembler x, int d, int row) {
        coefficient(x, d, row);
        coefficient(x, T, row + 1);
        x.mul(d, d, ROW);
        x.add(d, d, T);
    }

    /** ABOVE = what the elements of a vector are. */
    private void vector(Assembler x) {
        int width = lanes > 1 ? Float.BYTES : x.isa.bytes;
        element(x, T, Mem.at(Gp.R9));
        x.mul(U, A, T);
        x.add(U, U, ACROSS);
        x.mul(V, C, T);
        x.add(V, V, DOWN);
        weights(x, U, COLUMN, LEFT, w);
        weights(x, V, LINE, UPPER, h);
        x.op(Vector.VCVTTPS2DQ, LINE, LINE);
        x.op(Vector.VPMULLD, LINE, LINE, x.literal(w));
        x.op(Vector.VCVTTPS2DQ, AT, COLUMN);
        x.op(Vector.VPADDD, AT, AT, LINE);
        element(x, T, Mem.at(Gp.R9, width));
        x.op(Vector.VPADDD, AT, AT, T);
        if (lanes > 1)
            x.op(Vector.VPADDD, AT, AT, x.words(IntStream.range(0, lanes).map(i -> i * k.imageBytes()).toArray()));
        pair(x, ABOVE);
        x.mul(ABOVE, ABOVE, UPPER);
        if (h == 1) return;
        x.op(Vector.VPADDD, AT, AT, x.literal(w));
        pair(x, BELOW);
        x.mul(BELOW, BELOW, UPPER + 1);
        x.add(ABOVE, ABOVE, BELOW);
    }

    private void element(Assembler x, int d, Mem from) {
        if (lanes > 1) x.broadcast(d, from);
        else x.load(d, from);
    }

    /** The first of two places around u that there are in {@code size}, and the weights of both. */
    private static void weights(Assembler x, int u, int first, int weight, int size) {
        x.imm(Vector.VROUNDPS, first, u, FLOOR);
        x.op(Vector.VMINPS, first, first, x.literal((float) Math.max(size - 2, 0)));
        x.op(Vector.VMAXPS, first, first, x.literal(0f));
        x.sub(weight, u, first);
        x.add(weight + 1, first, ONE);
        x.sub(weight + 1, u, weight + 1);
        for (int k = weight; k < weight + 2; k++) {
            x.op(Vector.VPAND, k, k, x.literal(Integer.MAX_VALUE));
            x.sub(k, ONE, k);
            x.op(Vector.VMAXPS, k, k, x.literal(0f)); // of a number and NaN, the second
        }
    }

    /** d = the bytes at AT and behind it, by the weights of their columns. The last bytes come from a word that ends there. */
    private void pair(Assembler x, int d) {
        int from = LINE, second = LINE;
        x.op(Vector.VPMINUD, from, AT, x.literal(lanes * k.imageBytes() - Integer.BYTES));
        x.op(Vector.VPSUBD, T, AT, from);
        x.shift(Vector.VPSLLD, T, T, 3);
        x.all(ALL);
        x.gatherWords(d, Gp.RSI, from, ALL);
        x.op(Vector.VPSRLVD, d, d, T);
        if (w > 1) {
            x.shift(Vector.VPSRLD, second, d, Byte.SIZE);
            weighted(x, second, LEFT + 1);
        }
        weighted(x, d, LEFT);
        if (w > 1) x.add(d, d, second);
    }

    /** v = its lowest bytes by a weight. */
    private static void weighted(Assembler x, int v, int weight) {
        x.op(Vector.VPAND, v, v, x.literal(0xFF));
        x.op(Vector.VCVTDQ2PS, v, v);
        x.mul(v, v, weight);
    }

    @Override
    public long[][] rows() {
        int vectors = k.lanes() / lanes, parts = Math.min(h, Math.ceilDiv(ENOUGH, k.blocks() * vectors));
        while (h % parts != 0) parts--;
        int chunk = h / parts;
        var all = new ArrayList<long[]>();
        for (int image = 0; image < k.shape().n(); image += lanes) {
            long x = k.x() + (long) image * k.imageBytes(), maps = k.maps() + (long) image * Float.BYTES;
            long y = k.y() + image / k.lanes() * k.block() + (long) image % k.lanes() * Float.BYTES;
            for (int first = 0; first < h; first += chunk)
                all.add(new long[] {x, maps, y + first * k.row(), Float.floatToRawIntBits(first), chunk});
        }
        return all.toArray(long[][]::new);
    }

    @Override
    public int images() { return k.blocks(); }
}
