package org.gabor.cpu.assemble;

import org.gabor.cpu.kernel.Squares;

/** Sums of squares, a sum a block of work: four vectors of double sums, and a scalar one for what is left over. */
record SquaresAssembly(Squares squares, Isa isa) implements Assembly {
    private static final int X = 0, RESULT = 1, GROUPS = 2, REST = 3;
    private static final int UNROLLED = 4;
    private static final int SUMS = 0, LOADED = UNROLLED, LAST = LOADED + UNROLLED;

    @Override
    public Object form() { return Squares.class; }

    @Override
    public void assemble(Assembler x) {
        int half = x.isa.bytes / 2;
        for (int i = 0; i < UNROLLED; i++) x.zero(SUMS + i);
        x.zero(LAST);
        x.load(Gp.RSI, Levels.argument(X));
        x.load(Gp.RCX, Levels.argument(GROUPS));
        x.unlessZero(Gp.RCX, () -> x.loop(Gp.RCX, () -> {
            for (int i = 0; i < UNROLLED; i++) {
                x.widen(LOADED + i, Mem.at(Gp.RSI, (long) i * half));
                x.op(Vector.VFMADD231PD, SUMS + i, LOADED + i, LOADED + i);
            }
            x.add(Gp.RSI, (long) UNROLLED * half);
        }));
        x.load(Gp.RCX, Levels.argument(REST));
        x.unlessZero(Gp.RCX, () -> x.loop(Gp.RCX, () -> {
            x.op(Vector.VCVTSS2SD, LOADED, LOADED, Mem.at(Gp.RSI));
            x.op(Vector.VFMADD231SD, LAST, LOADED, LOADED);
            x.add(Gp.RSI, Float.BYTES);
        }));
        x.op(Vector.VADDPD, SUMS, SUMS, SUMS + 1);
        x.op(Vector.VADDPD, SUMS + 2, SUMS + 2, SUMS + 3);
        x.op(Vector.VADDPD, SUMS, SUMS, SUMS + 2);
        x.sumDoubles(SUMS, SUMS, LOADED);
        x.op(Vector.VADDSD, SUMS, SUMS, LAST);
        x.load(Gp.RDX, Levels.argument(RESULT));
        x.op(Vector.VMOVSD_STORE, SUMS, Mem.at(Gp.RDX));
    }

    @Override
    public long[][] rows() {
        int group = UNROLLED * isa.lanes() / 2;
        var rows = new long[Squares.parts(squares.count())][];
        for (int b = 0; b < rows.length; b++) {
            long first = (long) b * Squares.GRAIN, n = Math.min(Squares.GRAIN, squares.count() - first);
            rows[b] = new long[] {squares.x() + Float.BYTES * first, squares.result() + (long) Double.BYTES * b, n / group,
                    n % group};
        }
        return rows;
    }
}
