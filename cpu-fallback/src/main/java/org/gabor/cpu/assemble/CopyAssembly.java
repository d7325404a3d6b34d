package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.gabor.cpu.assemble.Assembler.Condition;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Loop;

/**
 * Copies. Counts and steps are arguments, so that one function serves all copies of a kind: runs that are contiguous on
 * both sides, square tiles where the source is contiguous along one loop and the target along another, and elements one
 * by one.
 */
final class CopyAssembly implements Assembly {
    /** Elements of a block of work, at least. */
    private static final int GRAIN = 1 << 14;
    /** Blocks of work of a long copy, about. */
    private static final int BLOCKS = 256;
    /** Elements that make a tile faster than moving them one by one, in vectors. */
    private static final int WORTH_A_TILE = 4;
    /** Loops that every function has at least, most of them of one turn. */
    private static final int LEVELS = 5;
    /** Where a row has its addresses, what depends on the kind, and its loops. */
    private static final int SOURCE = 0, TARGET = 1, FIRST = 2, SECOND = 3, THIRD = 4, LOOPS = 5;

    private enum Kind {
        RUNS, TILES, ELEMENTS
    }

    private record Form(Kind kind, int bytes, int levels) {}

    private final Copy copy;
    private final Isa isa;
    private final Form form;
    private final List<Loop> loops;
    /** The loop along which the source is contiguous, and the one along which the target is; -1 where there is none. */
    private final int along;
    private final int across;

    CopyAssembly(Copy copy, Isa isa) {
        this.copy = copy;
        this.isa = isa;
        List<Loop> merged = Loop.merged(copy.loops());
        this.loops = merged.isEmpty() ? List.of(new Loop(1, copy.bytes(), copy.bytes())) : merged;
        int source = -1, target = -1, both = -1;
        for (int i = 0; i < loops.size(); i++) {
            Loop l = loops.get(i);
            if (l.a() == copy.bytes() && l.b() == copy.bytes()) both = i;
            else if (l.a() == copy.bytes()) source = i;
            else if (l.b() == copy.bytes()) target = i;
        }
        Kind kind = both >= 0 ? Kind.RUNS : worthTiles(source, target) ? Kind.TILES : Kind.ELEMENTS;
        this.along = kind == Kind.RUNS ? both : kind == Kind.TILES ? source : -1;
        this.across = kind == Kind.TILES ? target : -1;
        // a run is no loop; a copy of single elements is the same for all sizes but two
        int levels = kind == Kind.RUNS ? loops.size() - 1 : loops.size();
        this.form = new Form(kind, kind == Kind.ELEMENTS ? copy.bytes() : Float.BYTES, Math.max(LEVELS, levels));
    }

    private boolean worthTiles(int source, int target) {
        if (source < 0 || target < 0 || copy.bytes() != Float.BYTES) return false;
        int lanes = isa.lanes();
        return Math.min(lanes, loops.get(source).count()) * Math.min(lanes, loops.get(target).count()) >= WORTH_A_TILE * lanes;
    }

    @Override
    public Object form() { return form; }

    @Override
    public void assemble(Assembler x) {
        x.load(Gp.RSI, Levels.argument(SOURCE));
        x.load(Gp.RDX, Levels.argument(TARGET));
        switch (form.kind) {
            case RUNS -> runs(x);
            case TILES -> Levels.around(x, LOOPS, form.levels, () -> tile(x));
            case ELEMENTS -> Levels.around(x, LOOPS, form.levels, () -> element(x));
        }
    }

    private void element(Assembler x) {
        if (form.bytes == 1) {
            x.load8(Gp.RAX, Mem.at(Gp.RSI));
            x.store8(Mem.at(Gp.RDX), Gp.RAX);
        } else {
            x.load32(Gp.RAX, Mem.at(Gp.RSI));
            x.store32(Mem.at(Gp.RDX), Gp.RAX);
        }
    }

    /** Runs of whole vectors, words and bytes. */
    private void runs(Assembler x) {
        var tail = new Mask(1, 2);
        x.load(Gp.R8, Levels.argument(FIRST));
        x.load(Gp.R9, Levels.argument(SECOND));
        x.load(Gp.R10, Levels.argument(THIRD));
        x.first(tail, Gp.R9, 1);
        Mem source = Mem.at(Gp.RSI, Gp.RAX, 1, 0), target = Mem.at(Gp.RDX, Gp.RAX, 1, 0);
        Levels.around(x, LOOPS, form.levels, () -> {
            x.xor(Gp.RAX, Gp.RAX);
            x.unlessZero(Gp.R8, () -> {
                x.move(Gp.R11, Gp.R8);
                x.loop(Gp.R11, () -> {
                    x.load(0, source);
                    x.store(target, 0);
                    x.add(Gp.RAX, isa.bytes);
                });
            });
            x.unlessZero(Gp.R9, () -> {
                x.loadMasked(0, tail, source);
                x.storeMasked(target, tail, 0);
                x.lea(Gp.RAX, Mem.at(Gp.RAX, Gp.R9, Float.BYTES, 0));
            });
            x.unlessZero(Gp.R10, () -> {
                x.move(Gp.R11, Gp.R10);
                x.loop(Gp.R11, () -> {
                    x.load8(Gp.RBX, source);
                    x.store8(target, Gp.RBX);
                    x.add(Gp.RAX, 1);
                });
            });
        });
    }

    /** A square of as many rows as a vector has floats, or what there is of it at the edges; the two inner loops are of tiles. */
    private void tile(Assembler x) {
        int lanes = isa.lanes(), loaded = isa == Isa.AVX512 ? lanes : 0, turned = lanes;
        extent(x, Gp.R9, Gp.RCX, FIRST);
        x.load(Gp.RAX, Mem.at(Gp.RSP));
        extent(x, Gp.R10, Gp.RAX, SECOND);

        var columns = new Mask(1, 15);
        x.first(columns, Gp.R9, 14);
        x.move(Gp.R8, Gp.RSI);
        x.move(Gp.R11, Gp.R10);
        x.load(Gp.RBX, Levels.argument(THIRD));
        rows(x, Gp.R8, Gp.RBX, Gp.R11, i -> x.loadMasked(loaded + i, columns, Mem.at(Gp.R8)));
        transpose(x);
        var rows = new Mask(2, 0);
        x.first(rows, Gp.R10, 1);
        x.move(Gp.R8, Gp.RDX);
        x.load(Gp.RBX, Levels.argument(LOOPS + Levels.words(form.levels)));
        rows(x, Gp.R8, Gp.RBX, Gp.R9, i -> x.storeMasked(Mem.at(Gp.R8), rows, turned + i));
    }

    /** d = how many elements a tile has: all, or in the last turn the argument. */
    private void extent(Assembler x, Gp d, Gp turnsLeft, int argument) {
        var inside = new Encoder.Label();
        x.move(d, isa.lanes());
        x.compare(turnsLeft, 1);
        x.jump(Condition.NOT_ZERO, inside);
        x.load(d, Levels.argument(argument));
        x.bind(inside);
    }

    /** Does as many rows as {@code count} says, the pointer moving on by {@code step} from one to the next. */
    private void rows(Assembler x, Gp pointer, Gp step, Gp count, IntConsumer row) {
        var done = new Encoder.Label();
        for (int i = 0; i < isa.lanes(); i++) {
            row.accept(i);
            if (i + 1 == isa.lanes()) break;
            x.add(pointer, step);
            x.add(count, -1);
            x.jump(Condition.ZERO, done);
        }
        x.bind(done);
    }

    /**
     * Rows become columns. Two steps turn squares of 4 x 4 within the 128-bit lanes, the rest the squares themselves; each
     * goes from one half of the vectors to the other, with AVX2 from 0 to 8 first, with AVX-512 from 16 to 0.
     */
    private void transpose(Assembler x) {
        int n = isa.lanes(), a = isa == Isa.AVX512 ? n : 0, b = n - a;
        for (int i = 0; i < n; i += 2) {
            x.op(Vector.VUNPCKLPS, b + i, a + i, a + i + 1);
            x.op(Vector.VUNPCKHPS, b + i + 1, a + i, a + i + 1);
        }
        for (int i = 0; i < n; i += 4)
            for (int j = 0; j < 2; j++) {
                x.op(Vector.VUNPCKLPD, a + i + 2 * j, b + i + j, b + i + j + 2);
                x.op(Vector.VUNPCKHPD, a + i + 2 * j + 1, b + i + j, b + i + j + 2);
            }
        if (isa == Isa.AVX2) {
            for (int i = 0; i < 4; i++) {
                x.imm(Vector.VPERM2F128, b + i, a + i, a + i + 4, 0x20);
                x.imm(Vector.VPERM2F128, b + i + 4, a + i, a + i + 4, 0x31);
            }
            return;
        }
        // each step takes the even (0x88) or the odd (0xDD) lanes of two vectors
        for (int i = 0; i < 4; i++)
            for (int half = 0; half < n; half += 8) {
                x.imm(Vector.VSHUFF32X4, b + half + i, a + half + i, a + half + i + 4, 0x88);
                x.imm(Vector.VSHUFF32X4, b + half + i + 4, a + half + i, a + half + i + 4, 0xDD);
            }
        for (int i = 0; i < 8; i++) {
            x.imm(Vector.VSHUFF32X4, a + i, b + i, b + i + 8, 0x88);
            x.imm(Vector.VSHUFF32X4, a + i + 8, b + i, b + i + 8, 0xDD);
        }
    }

    @Override
    public long[][] rows() {
        var rows = new ArrayList<long[]>();
        long grain = Math.max(GRAIN, Loop.turns(loops) / BLOCKS);
        cut(rows, loops, 0, copy.source(), copy.target(), grain);
        return rows.toArray(long[][]::new);
    }

    /** Takes loop {@code i} and those inside of it apart until what is left is a block of work. */
    private void cut(List<long[]> rows, List<Loop> block, int i, long source, long target, long grain) {
        Loop l = block.get(i);
        long inside = Loop.turns(block.subList(i + 1, block.size()));
        boolean whole = i == along || i == across, further = inside > grain && !whole;
        int chunk = further ? 1 : (int) Math.min(l.count(), Math.ceilDiv(grain, inside));
        if (whole) chunk = Math.ceilDiv(chunk, isa.lanes()) * isa.lanes();
        for (int first = 0; first < l.count(); first += chunk) {
            var part = new ArrayList<>(block);
            part.set(i, new Loop(Math.min(chunk, l.count() - first), l.a(), l.b()));
            long from = source + first * l.a(), into = target + first * l.b();
            if (further) cut(rows, part, i + 1, from, into, grain);
            else rows.add(row(part, from, into));
        }
    }

    private long[] row(List<Loop> block, long source, long target) {
        var row = new long[LOOPS + Levels.words(form.levels) + 1];
        row[SOURCE] = source;
        row[TARGET] = target;
        var around = new ArrayList<Loop>();
        for (int i = 0; i < block.size(); i++) if (i != along && i != across) around.add(block.get(i));
        switch (form.kind) {
            case RUNS -> {
                long bytes = (long) block.get(along).count() * copy.bytes();
                row[FIRST] = bytes / isa.bytes;
                row[SECOND] = bytes % isa.bytes / Float.BYTES;
                row[THIRD] = bytes % Float.BYTES;
            }
            case TILES -> {
                Loop x = block.get(along), y = block.get(across);
                int lanes = isa.lanes();
                row[FIRST] = (x.count() - 1L) % lanes + 1;
                row[SECOND] = (y.count() - 1L) % lanes + 1;
                row[THIRD] = y.a();
                row[row.length - 1] = x.b();
                around.add(new Loop(Math.ceilDiv(y.count(), lanes), lanes * y.a(), lanes * y.b()));
                around.add(new Loop(Math.ceilDiv(x.count(), lanes), lanes * x.a(), lanes * x.b()));
            }
            case ELEMENTS -> around.sort((v, w) -> Integer.compare(v.count(), w.count()));
        }
        Levels.store(row, LOOPS, form.levels, around);
        return row;
    }
}
