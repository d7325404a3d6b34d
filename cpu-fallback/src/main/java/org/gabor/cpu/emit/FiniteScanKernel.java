package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.FiniteScan;

/** The finite check in Java. Blocks that find something all write the same, so their order does not matter. */
final class FiniteScanKernel implements Kernel {
    private static final int GRAIN = 1 << 16;
    private static final int EXPONENT = 0x7f800000;

    private final FiniteScan scan;

    FiniteScanKernel(FiniteScan scan) {
        this.scan = scan;
    }

    @Override
    public int blocks() { return Math.toIntExact(Math.max(1, Math.ceilDiv(scan.count(), GRAIN))); }

    @Override
    public void run(Scratch scratch, int block) {
        if (Memory.i32(scan.guard()) != 0) return;
        long first = (long) block * GRAIN;
        int n = (int) Math.min(GRAIN, scan.count() - first);
        if (finite(scan.loss(), 1) && finite(scan.gradients() + 4 * first, n)) return;
        Memory.i32(scan.guard() + 4, Memory.i32(scan.step()));
        Memory.i32(scan.guard(), 1);
    }

    /** All exponents below 255. */
    private static boolean finite(long address, int n) {
        int largest = 0;
        for (int i = 0; i < n; i++) largest = Math.max(largest, Memory.i32(address + 4L * i) & EXPONENT);
        return largest != EXPONENT;
    }
}
