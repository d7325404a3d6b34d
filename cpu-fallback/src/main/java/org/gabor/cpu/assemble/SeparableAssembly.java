package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Separable;
import org.gabor.cpu.kernel.Separable.Tap;

/**
 * Separable maps, some vectors of a pixel at a time in doubles: for each tap of the row the sum over the taps of the column.
 * One table has the taps, another where those of a row or column begin and how many there are.
 */
final class SeparableAssembly implements Assembly {
    private static final Mask TAIL = new Mask(3, 15);
    private static final int TAP_BYTES = 16, WEIGHT = 8;
    /** In the entry of a row or column. */
    private static final int START = 0, COUNT = Integer.BYTES;

    private final Separable s;
    private final int part;

    private record Form(Separable separable, int part) {}

    SeparableAssembly(Separable s) {
        this.s = s;
        this.part = Pixels.part(s.blocks().count(), s.pixel());
    }

    @Override
    public Object form() {
        return new Form(new Separable(s.rows(), s.columns(), new Loop(0, 0, 0), 0, 0, s.w(), s.pixel(), s.row(), s.activation()),
                part);
    }

    @Override
    public void assemble(Assembler x) {
        x.load(Gp.RSI, Levels.argument(0));
        x.load(Gp.RDX, Levels.argument(2));
        if (part % x.isa.lanes() != 0) x.first(TAIL, part % x.isa.lanes());
        long pixel = (long) Float.BYTES * s.pixel();
        Mem rows = taps(x, s.rows(), s.row().a()), columns = taps(x, s.columns(), pixel);
        // a group of vectors has two sums of doubles each, of a row and of all rows
        int most = x.isa.registers / 8;
        new Pixels(entries(s.rows()), entries(s.columns()), part, pixel, s.row().b())
                .emit(x, most, (n, tail) -> group(x, n, tail, rows, columns));
    }

    /** Offset in bytes and weight of each tap. */
    private static Mem taps(Assembler x, List<List<Tap>> lists, long step) {
        var words = new ArrayList<Integer>();
        for (List<Tap> taps : lists)
            for (Tap t : taps)
                for (long v : new long[] {t.at() * step, Double.doubleToRawLongBits(t.weight())}) {
                    words.add((int) v);
                    words.add((int) (v >> 32));
                }
        return Pixels.table(x, words);
    }

    private static List<int[]> entries(List<List<Tap>> lists) {
        var entries = new ArrayList<int[]>();
        int start = 0;
        for (List<Tap> taps : lists) {
            entries.add(new int[] {start, taps.size(), 0, 0});
            start += taps.size() * TAP_BYTES;
        }
        return entries;
    }

    private void group(Assembler x, int vectors, boolean tail, Mem rows, Mem columns) {
        int sums = 2 * vectors, ofRow = sums, loaded = 2 * sums, all = loaded + 1, weight = loaded + 2;
        for (int i = 0; i < sums; i++) x.zero(i);
        taps(x, Gp.R8, Gp.RCX, Gp.R14, rows, () -> {
            for (int i = 0; i < sums; i++) x.zero(ofRow + i);
            x.load(Gp.R10, Mem.at(Gp.R8));
            x.add(Gp.R10, Gp.RSI);
            x.add(Gp.R10, Gp.RBP);
            taps(x, Gp.R9, Gp.RAX, Gp.R13, columns, () -> {
                x.load(Gp.R11, Mem.at(Gp.R9));
                x.op(Vector.VBROADCASTSD, weight, Mem.at(Gp.R9, WEIGHT));
                for (int v = 0; v < vectors; v++) {
                    Mem from = Mem.at(Gp.R10, Gp.R11, 1, (long) v * x.isa.bytes);
                    boolean masked = tail && v == vectors - 1;
                    if (masked) x.loadMasked(all, TAIL, from);
                    for (int half = 0; half < 2; half++) {
                        if (!masked) {
                            x.widen(loaded, from.plus((long) half * x.isa.bytes / 2));
                        } else {
                            if (half == 1) x.upper(all, all);
                            x.widen(loaded, all);
                        }
                        x.op(Vector.VFMADD231PD, ofRow + 2 * v + half, loaded, weight);
                    }
                }
            });
            x.op(Vector.VBROADCASTSD, weight, Mem.at(Gp.R8, WEIGHT));
            for (int i = 0; i < sums; i++) x.op(Vector.VFMADD231PD, i, ofRow + i, weight);
        });
        for (int v = 0; v < vectors; v++) {
            x.narrow(2 * v, 2 * v, 2 * v + 1, loaded);
            apply(x, 2 * v, loaded);
            Mem to = Mem.at(Gp.RDX, Gp.RBP, 1, (long) v * x.isa.bytes);
            if (tail && v == vectors - 1) x.storeMasked(to, TAIL, 2 * v);
            else x.store(to, 2 * v);
        }
    }

    /** The activation, with four scratch vectors from {@code t} on. */
    private void apply(Assembler x, int v, int t) {
        if (s.activation() != null) VectorFunctions.apply(x, s.activation(), v, v, t, t + 1, t + 2, t + 3);
    }

    /** {@code body} for every tap of an entry, which {@code tap} points to; RAX is used up before. */
    private static void taps(Assembler x, Gp tap, Gp counter, Gp entry, Mem table, Runnable body) {
        x.loadSigned32(tap, Mem.at(entry, START));
        x.lea(Gp.RAX, table);
        x.add(tap, Gp.RAX);
        x.load32(counter, Mem.at(entry, COUNT));
        x.unlessZero(counter, () -> x.loop(counter, () -> {
            body.run();
            x.add(tap, TAP_BYTES);
        }));
    }

    @Override
    public long[][] rows() {
        Loop images = new Loop(s.blocks().count(), s.blocks().a(), 0, s.blocks().b());
        return Pixels.arguments(images, s.pixel(), part, s.x(), 0, s.y());
    }

    @Override
    public int images() { return s.blocks().count(); }
}
