package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.assemble.Assembler.Comparison;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Pool.Span;

/**
 * Maxima over windows and their gradients, some vectors of a pixel at a time. A table has, for each row and each column of
 * windows, where its taps begin and how many there are.
 *
 * <p>A gradient finds the number of the first largest tap, counted row by row, then adds dy to that tap.
 */
final class PoolAssembly implements Assembly {
    /** Vectors of a group. */
    private static final int FORWARD = 8, GRADIENT = 4;
    private static final int LARGEST = 0, TAPS = GRADIENT;
    private static final int LOADED = 8;
    private static final Mask CHOSEN = new Mask(1, 9), NUMBER = new Mask(2, 14), TAIL = new Mask(3, 10);
    private static final int[] SCRATCH = {11, 12, 13, 14};
    /** The number of a tap, 1 in all elements, and what of dy goes to a tap. */
    private static final int TAP = 11, ONES = 12, SHARE = 13;
    /** Where the entry of a row or column has the first tap in x and in dx, and how many there are. */
    private static final int IN_X = 0, IN_DX = Integer.BYTES, COUNT = 2 * Integer.BYTES;

    private final Pool pool;
    private final int part;

    private record Form(Pool pool, int part) {}

    PoolAssembly(Pool pool) {
        this.pool = pool;
        this.part = Pixels.part(pool.blocks().count(), pool.pixel());
    }

    @Override
    public Object form() {
        return new Form(new Pool(pool.gradient(), pool.rows(), pool.columns(), new Loop(0, 0, 0), 0, 0, 0, pool.h(), pool.w(),
                pool.pixel(), pool.row(), pool.activation()), part);
    }

    @Override
    public void assemble(Assembler x) {
        x.load(Gp.RSI, Levels.argument(0));
        if (part % x.isa.lanes() != 0) x.first(TAIL, part % x.isa.lanes());
        long pixel = (long) Float.BYTES * pool.pixel();
        List<int[]> rows = entries(pool.rows(), pool.row().a(), pool.row().c());
        List<int[]> columns = entries(pool.columns(), pixel, pixel);
        if (pool.gradient()) {
            x.load(Gp.R11, Levels.argument(2));
            clear(x);
            x.load(Gp.RDX, Levels.argument(1));
            x.load(ONES, x.literal(1));
            new Pixels(rows, columns, part, pixel, pool.row().b()).emit(x, GRADIENT, (n, tail) -> gradient(x, n, tail));
        } else {
            x.load(Gp.RDX, Levels.argument(2));
            new Pixels(rows, columns, part, pixel, pool.row().c()).emit(x, FORWARD, (n, tail) -> maximum(x, n, tail));
        }
    }

    private static List<int[]> entries(List<Span> spans, long x, long dx) {
        var entries = new ArrayList<int[]>();
        for (Span s : spans)
            entries.add(new int[] {Math.toIntExact(s.first() * x), Math.toIntExact(s.first() * dx),
                    Math.max(0, Math.ceilDiv(s.end() - s.first(), s.step())), 0});
        return entries;
    }

    private void clear(Assembler x) {
        long pixel = (long) Float.BYTES * pool.pixel(), bytes = (long) Float.BYTES * part;
        x.zero(0);
        x.move(Gp.RDX, Gp.R11);
        x.loop(Gp.RCX, pool.h(), () -> {
            if (part == pool.pixel()) {
                Zeros.clear(x, Gp.RDX, pool.w() * pixel, 0);
                x.add(Gp.RDX, pool.row().c());
                return;
            }
            x.loop(Gp.R8, pool.w(), () -> {
                Zeros.clear(x, Gp.RDX, bytes, 0);
                x.add(Gp.RDX, pixel);
            });
            x.add(Gp.RDX, pool.row().c() - pool.w() * pixel);
        });
    }

    /** {@code body} for every tap of the window, which R9 points to in an operand that starts at {@code base}. */
    private void taps(Assembler x, Gp base, int offset, long rowBytes, Runnable body) {
        long down = pool.rows().getFirst().step() * rowBytes;
        long across = (long) pool.columns().getFirst().step() * Float.BYTES * pool.pixel();
        x.loadSigned32(Gp.R8, Mem.at(Gp.R14, offset));
        x.loadSigned32(Gp.RAX, Mem.at(Gp.R13, offset));
        x.add(Gp.R8, Gp.RAX);
        x.add(Gp.R8, base);
        x.add(Gp.R8, Gp.RBP);
        x.load32(Gp.RCX, Mem.at(Gp.R14, COUNT));
        x.unlessZero(Gp.RCX, () -> x.loop(Gp.RCX, () -> {
            x.move(Gp.R9, Gp.R8);
            x.load32(Gp.RAX, Mem.at(Gp.R13, COUNT));
            x.unlessZero(Gp.RAX, () -> x.loop(Gp.RAX, () -> {
                body.run();
                x.add(Gp.R9, across);
            }));
            x.add(Gp.R8, down);
        }));
    }

    private void maximum(Assembler x, int vectors, boolean tail) {
        x.load(LARGEST, x.literal(Float.NEGATIVE_INFINITY));
        for (int i = 1; i < vectors; i++) x.move(LARGEST + i, LARGEST);
        taps(x, Gp.RSI, IN_X, pool.row().a(), () -> {
            for (int i = 0; i < vectors; i++) {
                load(x, LOADED, i, tail && i == vectors - 1, Mem.at(Gp.R9));
                // a NaN in memory is taken, since it comes second, and one that was taken stays
                x.compare(CHOSEN, Comparison.UNORDERED, LARGEST + i, LARGEST + i);
                x.max(LOADED, LARGEST + i, LOADED);
                x.choose(LARGEST + i, CHOSEN, LARGEST + i, LOADED);
            }
        });
        for (int i = 0; i < vectors; i++) {
            if (pool.activation() != null) VectorFunctions.apply(x, pool.activation(), LARGEST + i, LARGEST + i, SCRATCH);
            store(x, LARGEST + i, i, tail && i == vectors - 1, Mem.at(Gp.RDX, Gp.RBP, 1, 0));
        }
    }

    private void gradient(Assembler x, int vectors, boolean tail) {
        x.load(LARGEST, x.literal(Float.NEGATIVE_INFINITY));
        for (int i = 1; i < vectors; i++) x.move(LARGEST + i, LARGEST);
        for (int i = 0; i < vectors; i++) x.zero(TAPS + i);
        x.zero(TAP);
        taps(x, Gp.RSI, IN_X, pool.row().a(), () -> {
            for (int i = 0; i < vectors; i++) {
                load(x, LOADED, i, tail && i == vectors - 1, Mem.at(Gp.R9));
                // larger, or the first NaN
                x.compare(CHOSEN, Comparison.NOT_AT_MOST, LOADED, LARGEST + i);
                x.compare(NUMBER, Comparison.ORDERED, LARGEST + i, LARGEST + i);
                x.both(CHOSEN, CHOSEN, NUMBER);
                x.choose(LARGEST + i, CHOSEN, LOADED, LARGEST + i);
                x.choose(TAPS + i, CHOSEN, TAP, TAPS + i);
            }
            x.op(Vector.VPADDD, TAP, TAP, ONES);
        });
        for (int i = 0; i < vectors; i++) load(x, LARGEST + i, i, tail && i == vectors - 1, Mem.at(Gp.RDX, Gp.RBP, 1, 0));
        x.zero(TAP);
        taps(x, Gp.R11, IN_DX, pool.row().c(), () -> {
            for (int i = 0; i < vectors; i++) {
                boolean part = tail && i == vectors - 1;
                x.equalWords(CHOSEN, TAPS + i, TAP);
                x.keep(SHARE, CHOSEN, LARGEST + i);
                load(x, LOADED, i, part, Mem.at(Gp.R9));
                x.add(LOADED, LOADED, SHARE);
                store(x, LOADED, i, part, Mem.at(Gp.R9));
            }
            x.op(Vector.VPADDD, TAP, TAP, ONES);
        });
    }

    private static void load(Assembler x, int d, int i, boolean tail, Mem from) {
        if (tail) x.loadMasked(d, TAIL, from.plus((long) i * x.isa.bytes));
        else x.load(d, from.plus((long) i * x.isa.bytes));
    }

    private static void store(Assembler x, int s, int i, boolean tail, Mem to) {
        if (tail) x.storeMasked(to.plus((long) i * x.isa.bytes), TAIL, s);
        else x.store(to.plus((long) i * x.isa.bytes), s);
    }

    @Override
    public long[][] rows() {
        return Pixels.arguments(pool.blocks(), pool.pixel(), part, pool.x(), pool.dy(), pool.result());
    }

    @Override
    public int images() { return pool.blocks().count(); }
}
