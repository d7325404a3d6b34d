package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Sums.Kind;
import org.gabor.cpu.kernel.Totals;

/**
 * Totals: vectors of neighbouring units whose results are adjacent, then unit by unit. What makes up one unit is added in
 * vectors of its own.
 */
final class TotalsAssembly implements Assembly {
    /** Sums that a block of work adds, about. */
    private static final int GRAIN = 1 << 13;
    private static final int SUMS = 0, RESULT = 1, SECOND = 2, MEANS = 3, VARIANCES = 4, VECTORS = 5, REST = 6, STEP = 7,
            PARTS = 8, PART = 9, ROW = 10, LANE_VECTORS = 11, LANE_REST = 12, FACTOR = 13, EPS = 14, NEXT = 15, WORDS = 16;
    /** The sums of the two rows, and scratch. */
    private static final int TOTAL = 0, OTHER = 1, T = 2, U = 3;

    private final Totals totals;
    private final Isa isa;
    private final Loop unit;
    private final List<Loop> outer;
    private final Form form;

    /**
     * What the code depends on.
     *
     * @param wide true if there are vectors of units
     */
    private record Form(Kind kind, boolean wide) {}

    TotalsAssembly(Totals totals, Isa isa) {
        this.totals = totals;
        this.isa = isa;
        List<Loop> units = totals.units();
        this.unit = units.isEmpty() ? new Loop(1, 0, 0, 0) : units.getLast();
        this.outer = units.isEmpty() ? List.of() : units.subList(0, units.size() - 1);
        this.form = new Form(totals.kind(), totals.lanes() == 1 && unit.c() == Float.BYTES);
    }

    @Override
    public Object form() { return form; }

    @Override
    public void assemble(Assembler x) {
        x.load(Gp.RSI, Levels.argument(SUMS));
        x.load(Gp.R10, Levels.argument(RESULT));
        x.load(Gp.R11, Levels.argument(SECOND));
        x.load(Gp.RDX, Levels.argument(MEANS));
        x.load(Gp.RBP, Levels.argument(VARIANCES));
        x.load(Gp.R15, Levels.argument(PART));
        if (form.wide) {
            x.load(Gp.R12, Levels.argument(VECTORS));
            x.unlessZero(Gp.R12, () -> x.loop(Gp.R12, () -> {
                for (int row = 0; row < form.kind.rows; row++) units(x, row);
                finish(x, true);
                x.add(Gp.RSI, isa.bytes);
                for (Gp r : new Gp[] {Gp.R10, Gp.R11, Gp.RDX, Gp.RBP}) x.add(r, isa.bytes / 2);
            }));
        }
        x.load(Gp.R12, Levels.argument(REST));
        x.unlessZero(Gp.R12, () -> x.loop(Gp.R12, () -> {
            for (int row = 0; row < form.kind.rows; row++) unit(x, row);
            finish(x, false);
            x.add(Gp.RSI, Levels.argument(NEXT));
            for (Gp r : new Gp[] {Gp.R10, Gp.R11}) x.add(r, Levels.argument(STEP));
            for (Gp r : new Gp[] {Gp.RDX, Gp.RBP}) x.add(r, Float.BYTES);
        }));
    }

    /** R8 = where the sums of the first part begin. */
    private static void first(Assembler x, int row) {
        x.move(Gp.R8, Gp.RSI);
        if (row > 0) x.add(Gp.R8, Levels.argument(ROW));
        x.load(Gp.RCX, Levels.argument(PARTS));
    }

    /** Vector {@code row} = the totals of neighbouring units. */
    private static void units(Assembler x, int row) {
        first(x, row);
        x.zero(TOTAL + row);
        x.loop(Gp.RCX, () -> {
            x.op(Vector.VADDPD, TOTAL + row, TOTAL + row, Mem.at(Gp.R8));
            x.add(Gp.R8, Gp.R15);
        });
    }

    /** The first element of vector {@code row} = the total of all parts and lanes of a unit. */
    private static void unit(Assembler x, int row) {
        first(x, row);
        x.zero(TOTAL + row);
        x.zero(U);
        x.loop(Gp.RCX, () -> {
            x.move(Gp.R9, Gp.R8);
            x.load(Gp.RBX, Levels.argument(LANE_VECTORS));
            x.unlessZero(Gp.RBX, () -> x.loop(Gp.RBX, () -> {
                x.op(Vector.VADDPD, TOTAL + row, TOTAL + row, Mem.at(Gp.R9));
                x.add(Gp.R9, x.isa.bytes);
            }));
            x.load(Gp.RBX, Levels.argument(LANE_REST));
            x.unlessZero(Gp.RBX, () -> x.loop(Gp.RBX, () -> {
                x.op(Vector.VADDSD, U, U, Mem.at(Gp.R9));
                x.add(Gp.R9, Double.BYTES);
            }));
            x.add(Gp.R8, Gp.R15);
        });
        x.sumDoubles(TOTAL + row, TOTAL + row, T);
        x.op(Vector.VADDSD, TOTAL + row, TOTAL + row, U);
    }

    /** The results of the units whose totals are there: a vector of them, or one. */
    private void finish(Assembler x, boolean wide) {
        x.op(Vector.VBROADCASTSD, T, Levels.argument(FACTOR));
        switch (form.kind) {
            case TOTAL -> {
                x.op(Vector.VMULPD, TOTAL, TOTAL, T);
                store(x, wide, Gp.R10, TOTAL);
            }
            case MOMENTS -> {
                x.op(Vector.VDIVPD, TOTAL, TOTAL, T);
                x.op(Vector.VDIVPD, OTHER, OTHER, T);
                x.op(Vector.VFNMADD231PD, OTHER, TOTAL, TOTAL);
                // rounding may bring it below 0; a NaN, which comes second, stays
                x.zero(T);
                x.op(Vector.VMAXPD, OTHER, T, OTHER);
                store(x, wide, Gp.R10, TOTAL);
                store(x, wide, Gp.R11, OTHER);
            }
            case GRADIENT -> {
                load(x, wide, T, Gp.RDX);
                x.op(Vector.VFNMADD231PD, OTHER, T, TOTAL);
                load(x, wide, T, Gp.RBP);
                x.op(Vector.VBROADCASTSD, U, Levels.argument(EPS));
                x.op(Vector.VADDPD, T, T, U);
                x.op(Vector.VSQRTPD, T, T);
                x.op(Vector.VDIVPD, OTHER, OTHER, T);
                store(x, wide, Gp.R10, TOTAL);
                store(x, wide, Gp.R11, OTHER);
            }
        }
    }

    private static void load(Assembler x, boolean wide, int d, Gp from) {
        if (wide) {
            x.widen(d, Mem.at(from));
        } else {
            x.op(Vector.VMOVSS_LOAD, d, Mem.at(from));
            x.widen(d, d);
        }
    }

    private static void store(Assembler x, boolean wide, Gp to, int s) {
        x.op(Vector.VCVTPD2PS, s, s);
        if (wide) x.store(x.isa.bytes / 2, Mem.at(to), s);
        else x.op(Vector.VMOVSS_STORE, s, Mem.at(to));
    }

    @Override
    public long[][] rows() {
        int outers = Loop.turns(outer), count = Math.toIntExact((long) outers * unit.count()), half = isa.lanes() / 2;
        long grain = Math.max(GRAIN / ((long) totals.parts() * totals.lanes()), half);
        int chunk = (int) Math.min(unit.count(), Math.ceilDiv(grain, half) * half);
        var rows = new ArrayList<long[]>();
        for (int o = 0; o < outers; o++)
            for (int first = 0; first < unit.count(); first += chunk) {
                int n = Math.min(chunk, unit.count() - first);
                rows.add(row(o * unit.count() + first, n, Levels.moved(outer, o, Loop::c) + first * unit.c(), count));
            }
        return rows.toArray(long[][]::new);
    }

    private long[] row(int index, int n, long offset, int count) {
        int half = isa.lanes() / 2, kinds = totals.kind().rows;
        long sumBytes = (long) Double.BYTES * totals.lanes(), row = sumBytes * count;
        var words = new long[WORDS];
        words[SUMS] = totals.sums() + index * sumBytes;
        words[RESULT] = totals.result() + offset;
        words[SECOND] = words[RESULT] + (long) Float.BYTES * count;
        words[MEANS] = totals.stats() + (long) Float.BYTES * index;
        words[VARIANCES] = words[MEANS] + (long) Float.BYTES * count;
        words[VECTORS] = form.wide ? n / half : 0;
        words[REST] = form.wide ? n % half : n;
        words[STEP] = unit.c();
        words[PARTS] = totals.parts();
        words[PART] = kinds * row;
        words[ROW] = row;
        words[LANE_VECTORS] = totals.lanes() / half;
        words[LANE_REST] = totals.lanes() % half;
        words[FACTOR] = Double.doubleToRawLongBits(totals.kind() == Kind.MOMENTS ? totals.m() : totals.scale());
        words[EPS] = Double.doubleToRawLongBits(totals.eps());
        words[NEXT] = sumBytes;
        return words;
    }
}
