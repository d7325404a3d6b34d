package org.gabor.cpu;

import org.gabor.cpu.assemble.PeakLoops;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Memory;
import org.gabor.spi.Peak;

/** How fast the processor is at best: the fastest of several runs on all threads. */
final class PeakMeasurement {
    /** More than any cache holds. */
    private static final long BYTES = 256L << 20;
    private static final int RUNS = 30;

    private PeakMeasurement() {}

    static Peak of(Workers workers) {
        OffHeap memory = OffHeap.allocate(BYTES, "measuring how fast memory is read");
        // a page that was never written is one page of zeros for all addresses, and stays in the cache
        Memory.segment(memory.address(), BYTES).fill((byte) 1);
        try (PeakLoops loops = PeakLoops.of(workers.threads(), memory.address(), BYTES)) {
            return new Peak(workers.threads() * loops.flops() / seconds(workers, loops.multiplyAdd()),
                    BYTES / seconds(workers, loops.read()));
        } catch (UnsupportedOperationException _) {
            return Peak.UNKNOWN;
        } finally {
            memory.free();
        }
    }

    private static double seconds(Workers workers, Kernel kernel) {
        long fastest = Long.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            long start = System.nanoTime();
            workers.run(kernel);
            fastest = Math.min(fastest, System.nanoTime() - start);
        }
        return fastest / 1e9;
    }
}
