package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Rim;

/** The halo of planes in Java. */
final class RimKernel implements Kernel {
    private static final int PLANES = 16;

    private final Rim rim;

    RimKernel(Rim rim) {
        this.rim = rim;
    }

    @Override
    public int blocks() { return Math.ceilDiv(rim.planes(), PLANES); }

    @Override
    public void run(Scratch scratch, int block) {
        long above = rim.halo() * rim.rowBytes() + rim.side();
        int end = Math.min(rim.planes(), (block + 1) * PLANES);
        for (int plane = block * PLANES; plane < end; plane++) {
            long at = rim.address() + plane * rim.planeBytes();
            Memory.zero(at, above);
            long right = at + (rim.halo() + 1) * rim.rowBytes() - rim.side();
            for (int row = 0; row < rim.rows() - 1; row++, right += rim.rowBytes()) Memory.zero(right, 2 * rim.side());
            Memory.zero(right, above);
        }
    }
}
