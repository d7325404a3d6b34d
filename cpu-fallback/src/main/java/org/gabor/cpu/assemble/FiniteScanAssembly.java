package org.gabor.cpu.assemble;

import org.gabor.cpu.assemble.Assembler.Condition;
import org.gabor.cpu.kernel.FiniteScan;

/**
 * The finite check: the largest exponent of all elements, compared with that of NaN and infinity. Blocks that find
 * something all write the same, so their order does not matter.
 */
record FiniteScanAssembly(FiniteScan scan, Isa isa) implements Assembly {
    /** Elements of a block of work. */
    private static final int GRAIN = 1 << 16;
    private static final int EXPONENT = 0x7f800000;
    private static final int GUARD = 0, STEP = 1, LOSS = 2, X = 3, GROUPS = 4, REST = 5;
    /** Vectors of a group: each has a maximum of its own. */
    private static final int UNROLLED = 4;
    private static final int EXPONENTS = 0, LARGEST = 1, LOADED = LARGEST + UNROLLED;

    @Override
    public Object form() { return FiniteScan.class; }

    @Override
    public void assemble(Assembler x) {
        var done = new Encoder.Label();
        x.load(Gp.RDX, Levels.argument(GUARD));
        x.load32(Gp.RAX, Mem.at(Gp.RDX));
        x.test(Gp.RAX, Gp.RAX);
        x.jump(Condition.NOT_ZERO, done);

        x.load(EXPONENTS, x.literal(EXPONENT));
        for (int i = 1; i < UNROLLED; i++) x.zero(LARGEST + i);
        x.load(Gp.RSI, Levels.argument(LOSS));
        x.broadcast(LARGEST, Mem.at(Gp.RSI));
        x.op(Vector.VPAND, LARGEST, EXPONENTS, LARGEST);

        x.load(Gp.RSI, Levels.argument(X));
        x.load(Gp.RCX, Levels.argument(GROUPS));
        x.unlessZero(Gp.RCX, () -> x.loop(Gp.RCX, () -> {
            for (int i = 0; i < UNROLLED; i++) {
                x.op(Vector.VPAND, LOADED + i, EXPONENTS, Mem.at(Gp.RSI, (long) i * x.isa.bytes));
                x.op(Vector.VPMAXUD, LARGEST + i, LARGEST + i, LOADED + i);
            }
            x.add(Gp.RSI, (long) UNROLLED * x.isa.bytes);
        }));
        rest(x);

        for (int i = 1; i < UNROLLED; i++) x.op(Vector.VPMAXUD, LARGEST, LARGEST, LARGEST + i);
        var found = new Mask(1, LOADED);
        x.equalWords(found, LARGEST, EXPONENTS);
        x.bits(Gp.RAX, found);
        x.unlessZero(Gp.RAX, () -> {
            x.load(Gp.RSI, Levels.argument(STEP));
            x.load32(Gp.RAX, Mem.at(Gp.RSI));
            x.store32(Mem.at(Gp.RDX, Integer.BYTES), Gp.RAX);
            x.move(Gp.RAX, 1);
            x.store32(Mem.at(Gp.RDX), Gp.RAX);
        });
        x.bind(done);
    }

    /** The elements behind the groups, masked. */
    private static void rest(Assembler x) {
        x.load(Gp.R8, Levels.argument(REST));
        x.load(Gp.RCX, Levels.argument(REST + 1));
        x.unlessZero(Gp.RCX, () -> x.loop(Gp.RCX, () -> {
            var there = new Mask(1, LOADED + 1);
            x.first(there, Gp.R8, LOADED);
            x.loadMasked(LOADED, there, Mem.at(Gp.RSI));
            x.op(Vector.VPAND, LOADED, EXPONENTS, LOADED);
            x.op(Vector.VPMAXUD, LARGEST, LARGEST, LOADED);
            x.add(Gp.RSI, x.isa.bytes);
            x.add(Gp.R8, -x.isa.lanes());
        }));
    }

    @Override
    public long[][] rows() {
        int blocks = Math.toIntExact(Math.max(1, Math.ceilDiv(scan.count(), GRAIN))), group = UNROLLED * isa.lanes();
        var rows = new long[blocks][];
        for (int b = 0; b < blocks; b++) {
            long first = (long) b * GRAIN, n = Math.min(GRAIN, scan.count() - first), rest = n % group;
            rows[b] = new long[] {scan.guard(), scan.step(), scan.loss(), scan.gradients() + Float.BYTES * first, n / group, rest,
                    Math.ceilDiv(rest, isa.lanes())};
        }
        return rows;
    }
}
