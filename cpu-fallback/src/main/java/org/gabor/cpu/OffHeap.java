package org.gabor.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.gabor.DeviceMemoryException;

/**
 * Zeroed memory outside the heap that starts at a cache line. It comes from the C library, since arenas of the JDK count
 * towards the heap's limit.
 *
 * @param allocated what the C library returned
 * @param address the first cache line in it
 * @param bytes usable bytes
 */
record OffHeap(MemorySegment allocated, long address, long bytes) {
    /** Bytes of a cache line, and of the widest vector. */
    static final int ALIGNMENT = 64;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALLOC = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("calloc"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("free"),
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    /**
     * New memory.
     *
     * @throws DeviceMemoryException if there is not enough
     */
    static OffHeap allocate(long bytes, String what) {
        MemorySegment allocated = MemorySegment.NULL;
        if (bytes >= 0 && bytes <= Long.MAX_VALUE - ALIGNMENT) allocated = calloc(bytes + ALIGNMENT);
        if (allocated.equals(MemorySegment.NULL))
            throw new DeviceMemoryException("cpu: %,d bytes for %s are not available; use a smaller batch or model"
                    .formatted(bytes, what));
        return new OffHeap(allocated, Math.ceilDiv(allocated.address(), ALIGNMENT) * (long) ALIGNMENT, bytes);
    }

    /** Gives it back. Call once. */
    void free() {
        try {
            FREE.invokeExact(allocated);
        } catch (Throwable e) {
            throw new IllegalStateException("free", e);
        }
    }

    private static MemorySegment calloc(long bytes) {
        try {
            return (MemorySegment) CALLOC.invokeExact(1L, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException("calloc", e);
        }
    }
}
