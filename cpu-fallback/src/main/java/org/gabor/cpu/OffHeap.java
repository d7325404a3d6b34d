package org.gabor.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.gabor.DeviceMemoryException;
import org.gabor.cpu.emit.Pages;

/**
 * Zeroed memory outside the heap that starts at a cache line. It comes from the C library, since arenas of the JDK count
 * towards the heap's limit; large blocks on Linux come from the system in large pages, which it hands out five times as
 * fast as small ones and finds with fewer look-ups.
 *
 * @param address the first cache line in it
 * @param bytes usable bytes
 * @param release gives it back
 */
record OffHeap(long address, long bytes, Runnable release) {
    /** Bytes of a cache line, and of the widest vector. */
    static final int ALIGNMENT = 64;
    /** From here on, what large pages round up is little. */
    static final long LARGE = 4 * Pages.LARGE;

    private static final boolean LINUX = System.getProperty("os.name").equals("Linux");
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALLOC = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("calloc"),
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("free"),
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

    /**
     * New memory.
     *
     * @throws DeviceMemoryException if there is not enough
     */
    static OffHeap allocate(long bytes, String what) {
        if (bytes >= 0 && bytes <= Long.MAX_VALUE - Pages.LARGE) {
            long mapped = LINUX && bytes >= LARGE ? Pages.map(bytes + Pages.LARGE) : 0;
            if (mapped != 0) return inLargePages(mapped, bytes);
            long allocated = calloc(bytes + ALIGNMENT);
            if (allocated != 0) return new OffHeap(aligned(allocated, ALIGNMENT), bytes, () -> free(allocated));
        }
        throw new DeviceMemoryException("cpu: %,d bytes for %s are not available; use a smaller batch or model"
                .formatted(bytes, what));
    }

    private static OffHeap inLargePages(long mapped, long bytes) {
        long address = aligned(mapped, Pages.LARGE);
        Pages.preferLarge(address, bytes);
        return new OffHeap(address, bytes, () -> Pages.unmap(mapped, bytes + Pages.LARGE));
    }

    private static long aligned(long address, long to) { return Math.ceilDiv(address, to) * to; }

    /** Gives it back. Call once. */
    void free() { release.run(); }

    private static long calloc(long bytes) {
        try {
            return (long) CALLOC.invokeExact(1L, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException("calloc", e);
        }
    }

    private static void free(long allocated) {
        try {
            FREE.invokeExact(allocated);
        } catch (Throwable e) {
            throw new IllegalStateException("free", e);
        }
    }
}
