package org.gabor.cpu.assemble;

import org.gabor.cpu.kernel.Rim;

/** The halo of planes, a plane a block of work. */
record RimAssembly(Rim rim) implements Assembly {
    private record Form(int rows, long rowBytes, int halo, long side) {}

    @Override
    public Object form() { return new Form(rim.rows(), rim.rowBytes(), rim.halo(), rim.side()); }

    @Override
    public void assemble(Assembler x) {
        long above = rim.halo() * rim.rowBytes() + rim.side();
        x.zero(0);
        x.load(Gp.RDX, Levels.argument(0));
        Zeros.clear(x, Gp.RDX, above, 0);
        x.add(Gp.RDX, (rim.halo() + 1) * rim.rowBytes() - rim.side());
        // the right side of a row and the left side of the next
        if (rim.rows() > 1) x.loop(Gp.RCX, rim.rows() - 1, () -> {
            Zeros.clear(x, Gp.RDX, 2 * rim.side(), 0);
            x.add(Gp.RDX, rim.rowBytes());
        });
        Zeros.clear(x, Gp.RDX, above, 0);
    }

    @Override
    public long[][] rows() {
        var rows = new long[rim.planes()][];
        for (int p = 0; p < rows.length; p++) rows[p] = new long[] {rim.address() + p * rim.planeBytes()};
        return rows;
    }

    @Override
    public int images() { return rim.planes(); }
}
