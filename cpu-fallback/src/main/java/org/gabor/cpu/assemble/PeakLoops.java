package org.gabor.cpu.assemble;

import java.util.Set;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Memory;

/**
 * Loops that do nothing but what the processor does best, to measure how fast that is. Their kernels have a block a thread.
 *
 * @param multiplyAdd fused multiply-adds that do not wait for each other, on registers
 * @param flops floating-point operations of a block of {@code multiplyAdd}
 * @param read a part of a block of memory for each thread, read in order
 * @param code what they are made of
 */
public record PeakLoops(Kernel multiplyAdd, double flops, Kernel read, CodeMemory code) implements AutoCloseable {
    /** Some ten milliseconds of them. */
    private static final long TURNS = 1L << 20;
    /** Vectors read in a turn. */
    private static final int VECTORS = 8;

    /**
     * Loops in the widest vectors that the machine has.
     *
     * @param threads how many are to take part
     * @param address of the memory to read
     * @param bytes how much there is
     * @throws UnsupportedOperationException if the machine runs no such code
     */
    public static PeakLoops of(int threads, long address, long bytes) {
        Set<Isa> found = Features.detect();
        if (found.isEmpty()) throw new UnsupportedOperationException("the processor has no AVX2 with FMA");
        Isa isa = found.contains(Isa.AVX512) ? Isa.AVX512 : Isa.AVX2;
        // as many as hide the latency, and divide the registers with two to spare
        int sums = isa.registers * 3 / 4;
        var x = new Assembler(isa);
        int multiplyAdd = x.function(() -> multiplyAdd(x, sums)), read = x.function(() -> read(x));
        int turnBytes = VECTORS * isa.bytes;
        long turns = bytes / threads / turnBytes, rowBytes = 2 * Long.BYTES;
        CodeMemory code = CodeMemory.install(x.finish(), (1 + threads) * rowBytes);
        Memory.store(new long[] {TURNS, 0}, code.table());
        for (int t = 0; t < threads; t++)
            Memory.store(new long[] {turns, address + t * turns * turnBytes}, code.table() + (1 + t) * rowBytes);
        return new PeakLoops(new AssembledKernel(code.function(multiplyAdd), code.table(), 0, threads, 0, 0),
                2.0 * TURNS * sums * isa.lanes(),
                new AssembledKernel(code.function(read), code.table() + rowBytes, rowBytes, threads, 0, 0), code);
    }

    /** The row: how many turns. */
    private static void multiplyAdd(Assembler x, int sums) {
        int a = sums, b = sums + 1;
        x.load(a, x.literal(0.5f));
        x.load(b, x.literal(0.25f));
        for (int sum = 0; sum < sums; sum++) x.zero(sum);
        x.load(Gp.RCX, Mem.at(Gp.RDI));
        x.loop(Gp.RCX, () -> { for (int sum = 0; sum < sums; sum++) x.fma(sum, a, b); });
    }

    /** The row: how many turns, from which address on. */
    private static void read(Assembler x) {
        for (int sum = 0; sum < VECTORS; sum++) x.zero(sum);
        x.load(Gp.RCX, Mem.at(Gp.RDI));
        x.load(Gp.RSI, Mem.at(Gp.RDI, Long.BYTES));
        x.loop(Gp.RCX, () -> {
            for (int i = 0; i < VECTORS; i++) x.op(Vector.VPOR, i, i, Mem.at(Gp.RSI, (long) i * x.isa.bytes));
            x.add(Gp.RSI, (long) VECTORS * x.isa.bytes);
        });
    }

    @Override
    public void close() { code.close(); }
}
