package org.gabor.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;
import org.gabor.DeviceMemoryException;

/** Page-locked memory of the host. Its segment must not be used once it is closed, and throws if it is. */
public final class PinnedBuffer extends Resource {
    private final Arena lifetime = Arena.ofShared();
    private final Pointer pointer;
    private final MemorySegment segment;

    PinnedBuffer(Context context, long bytes) {
        this(context, bytes, allocate(context, bytes));
    }

    private PinnedBuffer(Context context, long bytes, Pointer pointer) {
        super(context, Kind.PINNED_BUFFER);
        this.pointer = pointer;
        segment = MemorySegment.ofAddress(new Address.Host(pointer).value()).reinterpret(bytes, lifetime, null);
    }

    private static Pointer allocate(Context context, long bytes) {
        if (bytes < 1) throw new IllegalArgumentException(bytes + " bytes");
        context.enter();
        var pointer = new Pointer();
        int result = JCudaDriver.cuMemHostAlloc(pointer, bytes, 0);
        if (Status.isOutOfMemory(result)) throw new DeviceMemoryException(
                "the system does not lock %,d bytes of main memory for %s; use a smaller batch".formatted(bytes, context.gpu()));
        context.check(result, "cuMemHostAlloc");
        return pointer;
    }

    /** The memory. */
    public MemorySegment segment() { return segment; }

    @Override
    protected void free() { context().check(JCudaDriver.cuMemFreeHost(pointer), "cuMemFreeHost"); }

    @Override
    protected void released() { lifetime.close(); }
}
