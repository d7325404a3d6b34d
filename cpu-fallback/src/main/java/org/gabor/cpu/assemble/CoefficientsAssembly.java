package org.gabor.cpu.assemble;

import org.gabor.cpu.kernel.Coefficients;

/** Factors of batch normalisation: vectors of doubles, then channel by channel. Too few to share out. */
record CoefficientsAssembly(Coefficients k, Isa isa) implements Assembly {
    private static final int VECTORS = 0, REST = 1, M = 2, EPS = 3, VARIANCE = 4, GAMMA = 5, RESULT = 6, SUMS = 7;
    private static final int INVERSE = 0, VALUE = 1, ALL_M = 2, ALL_EPS = 3, ONES = 4;
    /** Sums of dy and of dy times x, and the two rows of results that come from them. */
    private static final Gp[] SUM = {Gp.R8, Gp.R9}, SUM_RESULT = {Gp.R10, Gp.R11};

    private record Form(boolean gradient) {}

    @Override
    public Object form() { return new Form(k.sums() != 0); }

    @Override
    public void assemble(Assembler x) {
        x.op(Vector.VBROADCASTSD, ALL_M, Levels.argument(M));
        x.op(Vector.VBROADCASTSD, ALL_EPS, Levels.argument(EPS));
        x.load(ONES, x.literal(1.0));
        x.load(Gp.RSI, Levels.argument(VARIANCE));
        x.load(Gp.RBX, Levels.argument(GAMMA));
        x.load(Gp.RDX, Levels.argument(RESULT));
        if (k.sums() != 0)
            for (int i = 0; i < 2; i++) {
                x.load(SUM[i], Levels.argument(SUMS + 2 * i));
                x.load(SUM_RESULT[i], Levels.argument(SUMS + 2 * i + 1));
            }
        x.xor(Gp.RAX, Gp.RAX);
        x.load(Gp.RCX, Levels.argument(VECTORS));
        x.unlessZero(Gp.RCX, () -> x.loop(Gp.RCX, () -> channels(x, x.isa.lanes() / 2)));
        x.load(Gp.RCX, Levels.argument(REST));
        x.unlessZero(Gp.RCX, () -> x.loop(Gp.RCX, () -> channels(x, 1)));
    }

    /** The next {@code count} channels: one, or a vector of them. */
    private void channels(Assembler x, int count) {
        load(x, count, INVERSE, Gp.RSI);
        x.op(Vector.VADDPD, INVERSE, INVERSE, ALL_EPS);
        x.op(Vector.VSQRTPD, INVERSE, INVERSE);
        x.op(Vector.VDIVPD, INVERSE, ONES, INVERSE);
        load(x, count, VALUE, Gp.RBX);
        x.op(Vector.VMULPD, VALUE, VALUE, INVERSE);
        store(x, count, Gp.RDX);
        if (k.sums() != 0)
            for (int i = 0; i < 2; i++) {
                load(x, count, VALUE, SUM[i]);
                x.op(Vector.VDIVPD, VALUE, VALUE, ALL_M);
                if (i == 1) x.op(Vector.VMULPD, VALUE, VALUE, INVERSE);
                store(x, count, SUM_RESULT[i]);
            }
        x.add(Gp.RAX, (long) count * Float.BYTES);
    }

    private static void load(Assembler x, int count, int d, Gp row) {
        Mem from = Mem.at(row, Gp.RAX, 1, 0);
        if (count > 1) {
            x.widen(d, from);
        } else {
            x.op(Vector.VMOVSS_LOAD, d, from);
            x.widen(d, d);
        }
    }

    private static void store(Assembler x, int count, Gp row) {
        Mem to = Mem.at(row, Gp.RAX, 1, 0);
        x.op(Vector.VCVTPD2PS, VALUE, VALUE);
        if (count > 1) x.store(x.isa.bytes / 2, to, VALUE);
        else x.op(Vector.VMOVSS_STORE, VALUE, to);
    }

    @Override
    public long[][] rows() {
        int vector = isa.lanes() / 2;
        long row = (long) Float.BYTES * k.channels(), sums = k.sums();
        return new long[][] {{k.channels() / vector, k.channels() % vector, Double.doubleToRawLongBits(k.m()),
                Double.doubleToRawLongBits(k.eps()), k.stats() + row, k.gamma(), k.result(), sums, k.result() + row, sums + row,
                k.result() + 2 * row}};
    }
}
