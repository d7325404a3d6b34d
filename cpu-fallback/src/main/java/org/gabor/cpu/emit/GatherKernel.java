package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Gather;

/** Copies of samples; a block is some of them. */
final class GatherKernel implements Kernel {
    private static final long BLOCK_BYTES = 1 << 16;

    private final Gather gather;
    private final int each;

    GatherKernel(Gather gather) {
        this.gather = gather;
        this.each = Math.clamp(BLOCK_BYTES / gather.bytes(), 1, gather.count());
    }

    @Override
    public int blocks() { return Math.ceilDiv(gather.count(), each); }

    @Override
    public void run(Scratch scratch, int block) {
        for (int i = block * each; i < Math.min(gather.count(), (block + 1) * each); i++) {
            long from = Memory.i32(gather.indices() + (long) i * Integer.BYTES);
            Memory.copy(gather.source() + from * gather.bytes(), gather.target() + i * gather.bytes(), gather.bytes());
        }
    }
}
