package org.gabor.cpu.assemble;

import org.gabor.cpu.kernel.Rim;

/** The halo of planes, a plane a block of work. */
record RimAssembly(Rim rim) implements Assembly {
    /** Vectors that are written without a loop, at most. */
    private static final int UNROLLED = 8;

    private record Form(int rows, long rowBytes, int halo, long side) {}

    @Override
    public Object form() { return new Form(rim.rows(), rim.rowBytes(), rim.halo(), rim.side()); }

    @Override
    public void assemble(Assembler x) {
        long above = rim.halo() * rim.rowBytes() + rim.side();
        x.zero(0);
        x.load(Gp.RDX, Levels.argument(0));
        clear(x, above);
        x.add(Gp.RDX, (rim.halo() + 1) * rim.rowBytes() - rim.side());
        // the right side of a row and the left side of the next
        if (rim.rows() > 1) x.loop(Gp.RCX, rim.rows() - 1, () -> {
            clear(x, 2 * rim.side());
            x.add(Gp.RDX, rim.rowBytes());
        });
        clear(x, above);
    }

    /** Zeros in {@code bytes} from RDX on, a multiple of four; the last piece may overlap the one before. */
    private static void clear(Assembler x, long bytes) {
        int size = x.isa.bytes;
        while (size > bytes) size /= 2;
        int piece = size;
        if (bytes <= (long) UNROLLED * size) {
            for (long at = 0; at + size < bytes; at += size) store(x, piece, Mem.at(Gp.RDX, at));
        } else {
            x.move(Gp.RAX, Gp.RDX);
            x.loop(Gp.RBX, bytes / size, () -> {
                store(x, piece, Mem.at(Gp.RAX));
                x.add(Gp.RAX, piece);
            });
        }
        store(x, piece, Mem.at(Gp.RDX, bytes - size));
    }

    private static void store(Assembler x, int bytes, Mem to) {
        switch (bytes) {
            case Float.BYTES -> x.op(Vector.VMOVSS_STORE, 0, to);
            case Double.BYTES -> x.op(Vector.VMOVSD_STORE, 0, to);
            default -> x.store(bytes, to, 0);
        }
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
