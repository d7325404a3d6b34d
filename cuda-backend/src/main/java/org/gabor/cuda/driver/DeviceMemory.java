package org.gabor.cuda.driver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.gabor.DeviceMemoryException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps freed memory for the next buffer of about that size, since the driver takes long for both and waits for the
 * device. Blocks are never split: sizes are rounded up, the smallest block that fits is taken unless it is more than a
 * quarter larger. When the driver has nothing left, everything kept is given back and it is asked once more.
 */
final class DeviceMemory {
    private static final long SMALL = 512, LARGE = 2L << 20;
    private static final long LARGE_FROM = 1L << 20;

    private final Context context;
    private final TreeMap<Long, Deque<Address>> kept = new TreeMap<>();
    private long used, cached;

    DeviceMemory(Context context) {
        this.context = context;
    }

    /** A block of the driver's: where it is and how large. */
    record Block(Address address, long bytes) {}

    static long rounded(long bytes) {
        long unit = bytes < LARGE_FROM ? SMALL : LARGE;
        return Math.ceilDiv(Math.max(bytes, 1), unit) * unit;
    }

    synchronized long used() { return used; }

    synchronized long cached() { return cached; }

    /** A block of at least so many bytes. The context is current. */
    synchronized Block take(long bytes) {
        long size = rounded(bytes);
        Block block = reuse(size);
        if (block == null) block = allocate(size);
        used += block.bytes;
        return block;
    }

    /** Takes a block back, without a word to the driver. */
    synchronized void giveBack(Block block) {
        used -= block.bytes;
        cached += block.bytes;
        kept.computeIfAbsent(block.bytes, size -> new ArrayDeque<>()).push(block.address);
    }

    /** Returns everything kept to the driver. The context is current. */
    synchronized void trim() {
        for (Deque<Address> blocks : kept.values())
            for (Address address : blocks) context.check(JCudaDriver.cuMemFree(address), "cuMemFree");
        forget();
    }

    /** Everything kept is gone, with the context. */
    synchronized void forget() {
        kept.clear();
        cached = 0;
    }

    private @Nullable Block reuse(long size) {
        Map.Entry<Long, Deque<Address>> best = kept.ceilingEntry(size);
        if (best == null || best.getKey() > size + size / 4) return null;
        // A stream may still work on what was given back: nothing is ordered between streams.
        context.synchronize();
        Address address = best.getValue().pop();
        if (best.getValue().isEmpty()) kept.remove(best.getKey());
        cached -= best.getKey();
        return new Block(address, best.getKey());
    }

    private Block allocate(long size) {
        var address = new Address();
        int result = JCudaDriver.cuMemAlloc(address, size);
        if (Status.isOutOfMemory(result) && cached > 0) {
            trim();
            result = JCudaDriver.cuMemAlloc(address, size);
        }
        if (Status.isOutOfMemory(result)) throw exhausted(size);
        if (result != CUresult.CUDA_SUCCESS) context.check(result, "cuMemAlloc");
        return new Block(address, size);
    }

    private DeviceMemoryException exhausted(long size) {
        Context.Memory memory = context.memory();
        return new DeviceMemoryException("%s has not enough memory: %,d bytes asked for, %,d of %,d free, %,d in use by Gabor;"
                .formatted(context.gpu(), size, memory.free(), memory.total(), used)
                + " use a smaller batch or model, or end other programs on this GPU");
    }
}
