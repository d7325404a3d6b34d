package org.gabor.cpu.assemble;

/** Memory that is cleared. */
final class Zeros {
    /** Pieces that are written without a loop, at most. */
    private static final int UNROLLED = 8;

    private Zeros() {}

    /**
     * Zeros in {@code bytes} from where {@code at} points to, a positive multiple of four; vector {@code zero} holds zeros, and
     * RAX and RBX are used up. The last piece may overlap the one before.
     */
    static void clear(Assembler x, Gp at, long bytes, int zero) {
        int size = x.isa.bytes;
        while (size > bytes) size /= 2;
        int piece = size;
        if (bytes <= (long) UNROLLED * size) {
            for (long done = 0; done + size < bytes; done += size) store(x, piece, Mem.at(at, done), zero);
        } else {
            x.move(Gp.RAX, at);
            x.loop(Gp.RBX, bytes / size, () -> {
                store(x, piece, Mem.at(Gp.RAX), zero);
                x.add(Gp.RAX, piece);
            });
        }
        store(x, piece, Mem.at(at, bytes - size), zero);
    }

    private static void store(Assembler x, int bytes, Mem to, int zero) {
        switch (bytes) {
            case Float.BYTES -> x.op(Vector.VMOVSS_STORE, zero, to);
            case Double.BYTES -> x.op(Vector.VMOVSD_STORE, zero, to);
            default -> x.store(bytes, to, zero);
        }
    }
}
