package org.gabor.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.runtime.cudaStream_t;

/**
 * A queue of work of the device, done in order. Nothing is ordered between two streams but by events. Methods return at
 * once unless they say otherwise.
 */
public final class Stream extends Resource {
    private static final int NON_BLOCKING = 1;
    private static final long STAGE = 4L << 20;

    private final CUstream handle;
    private final cudaStream_t forLibraries;

    Stream(Context context) {
        this(context, create(context));
    }

    private Stream(Context context, CUstream handle) {
        super(context, Kind.STREAM);
        this.handle = handle;
        forLibraries = new cudaStream_t(handle);
    }

    private static CUstream create(Context context) {
        context.enter();
        var handle = new CUstream();
        context.check(JCudaDriver.cuStreamCreate(handle, NON_BLOCKING), "cuStreamCreate");
        return handle;
    }

    /** What cuDNN and cuBLAS call it. */
    public cudaStream_t forLibraries() { return forLibraries; }

    CUstream handle() {
        use();
        return handle;
    }

    /** Waits until all work given so far is done. Errors of that work are thrown here. */
    public void synchronize() {
        use();
        context().check(JCudaDriver.cuStreamSynchronize(handle), "cuStreamSynchronize");
    }

    /** True if all work given so far is done. */
    public boolean isDone() {
        use();
        int result = JCudaDriver.cuStreamQuery(handle);
        if (result == CUresult.CUDA_ERROR_NOT_READY) return false;
        context().check(result, "cuStreamQuery");
        return true;
    }

    /** The event is reached when all work given so far is done. */
    public void record(Event event) {
        use();
        context().check(JCudaDriver.cuEventRecord(event.handle(), handle), "cuEventRecord");
    }

    /** What is given from now on waits for the event, as it was last recorded. */
    public void await(Event event) {
        use();
        context().check(JCudaDriver.cuStreamWaitEvent(handle, event.handle(), 0), "cuStreamWaitEvent");
    }

    /**
     * Copies to the device. Beside the computation only if the source is pinned; it must stay as it is until the copy is
     * done.
     *
     * @param source off-heap memory
     */
    public void copyIn(long target, MemorySegment source) { Transfer.in(target, source).run(this); }

    /** Copies from the device. Beside the computation only if the target is pinned. */
    public void copyOut(MemorySegment target, long source) { Transfer.out(target, source).run(this); }

    /** Copies on the device. The ranges must not overlap. */
    public void copy(long target, long source, long bytes) { Transfer.within(target, source, bytes).run(this); }

    /** Sets bytes to zero. */
    public void zero(long address, long bytes) {
        use();
        if (bytes == 0) return;
        context().check(JCudaDriver.cuMemsetD8Async(new Address(address), (byte) 0, bytes, handle), "cuMemsetD8Async");
    }

    /** Sets 32-bit words to a value. */
    public void fill(long address, int value, long words) {
        use();
        if (words == 0) return;
        context().check(JCudaDriver.cuMemsetD32Async(new Address(address), value, words, handle), "cuMemsetD32Async");
    }

    /** Copies any memory of the host to the device, after the work given so far, and waits. */
    public void upload(long target, MemorySegment source) {
        staged(source, (stage, at) -> {
            stage.copyFrom(source.asSlice(at, stage.byteSize()));
            copyIn(target + at, stage);
            synchronize();
        });
    }

    /** Copies from the device to any memory of the host, after the work given so far, and waits. */
    public void download(MemorySegment target, long source) {
        staged(target, (stage, at) -> {
            copyOut(stage, source + at);
            synchronize();
            target.asSlice(at, stage.byteSize()).copyFrom(stage);
        });
    }

    private interface Stage {
        void pass(MemorySegment stage, long at);
    }

    /** In pieces, since the driver sees neither the Java heap nor, without copying itself, memory that is not pinned. */
    private static void staged(MemorySegment host, Stage step) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stage = arena.allocate(Math.min(Math.max(host.byteSize(), 1), STAGE), Long.BYTES);
            for (long at = 0; at < host.byteSize(); at += stage.byteSize())
                step.pass(stage.asSlice(0, Math.min(stage.byteSize(), host.byteSize() - at)), at);
        }
    }

    /**
     * Notes the work that {@code work} gives to this stream, and to streams that wait for it, instead of doing it. It
     * must not allocate, synchronise or load anything.
     *
     * @return the graph of that work, to be run as a whole
     */
    public Graph capture(Runnable work) {
        use();
        return Graph.capture(this, work);
    }

    @Override
    protected void free() { context().check(JCudaDriver.cuStreamDestroy(handle), "cuStreamDestroy"); }
}
