package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Rim;

/** The halo of planes in Java. */
final class RimKernel implements Kernel {
    /** Bytes of planes of a block of work, about. */
    private static final int GRAIN = 1 << 16;

    private final Rim rim;
    private final int planesPerBlock;

    RimKernel(Rim rim) {
        this.rim = rim;
        this.planesPerBlock = (int) Math.max(1, GRAIN / rim.planeBytes());
    }

    @Override
    public int blocks() { return Math.ceilDiv(rim.planes(), planesPerBlock); }

    @Override
    public void run(Scratch scratch, int block) {
        long above = rim.halo() * rim.rowBytes() + rim.side();
        int end = Math.min(rim.planes(), (block + 1) * planesPerBlock);
        for (int plane = block * planesPerBlock; plane < end; plane++) {
            long at = rim.address() + plane * rim.planeBytes();
            Memory.zero(at, above);
            long right = at + (rim.halo() + 1) * rim.rowBytes() - rim.side();
            for (int row = 0; row < rim.rows() - 1; row++, right += rim.rowBytes()) Memory.zero(right, 2 * rim.side());
            Memory.zero(right, above);
        }
    }
}
