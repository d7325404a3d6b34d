package org.gabor.cuda.driver;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.gabor.DeviceException;
import org.gabor.DeviceMemoryException;
import org.gabor.cuda.load.CudaLibraries;
import org.jspecify.annotations.Nullable;

/**
 * The primary context of a device: everything on the device belongs to one, is counted by it, and is freed with it. Every
 * call of the wrappers makes it current on the calling thread first and checks the result. After a fatal error (an
 * illegal address, a launch that failed) the driver refuses everything until the process ends; the context then is
 * <em>lost</em>, and every later call says so with the first cause.
 *
 * <p>Platform threads only: a virtual thread may change its carrier between two calls, and contexts are per carrier.
 */
public final class Context implements AutoCloseable {
    private final CudaLibraries libraries;
    private final Gpu gpu;
    private final CUdevice device;
    private final CUcontext handle = new CUcontext();
    private final Set<Resource> open = new LinkedHashSet<>();
    private final Map<Resource.Kind, Integer> counts = new EnumMap<>(Resource.Kind.class);
    private final DeviceMemory memory = new DeviceMemory(this);
    private volatile @Nullable String lost;
    private volatile boolean closed;

    /**
     * Bytes of device memory.
     *
     * @param free  not taken by this or another process
     * @param total of the device
     */
    public record Memory(long free, long total) {}

    /**
     * What is open.
     *
     * @param resources   open resources of each kind; kinds without any are left out
     * @param deviceBytes bytes of the device buffers
     * @param cachedBytes bytes of device memory that are kept for the next buffer
     */
    public record Live(Map<Resource.Kind, Integer> resources, long deviceBytes, long cachedBytes) {}

    Context(CudaLibraries libraries, Gpu gpu, CUdevice device) {
        this.libraries = libraries;
        this.gpu = gpu;
        this.device = device;
        requirePlatformThread();
        check(JCudaDriver.cuDevicePrimaryCtxRetain(handle, device), "cuDevicePrimaryCtxRetain");
    }

    /** The device. */
    public Gpu gpu() { return gpu; }

    /** The libraries this process computes with. */
    public CudaLibraries libraries() { return libraries; }

    /** A stream of its own, which does not wait for the default stream. */
    public Stream stream() { return new Stream(this); }

    /** An event that notes the time. */
    public Event event() { return new Event(this); }

    /**
     * Device memory, aligned to 512 bytes, with undefined contents.
     *
     * @throws DeviceMemoryException if there is not enough, also after all cached memory has been given back
     */
    public DeviceBuffer allocate(long bytes) { return new DeviceBuffer(this, bytes, memory); }

    /**
     * Page-locked memory of the host, from and to which copies run beside the computation.
     *
     * @throws DeviceMemoryException if the system does not lock that much
     */
    public PinnedBuffer pinned(long bytes) { return new PinnedBuffer(this, bytes); }

    /**
     * Kernels from PTX or from machine code of the device.
     *
     * @param name  for messages
     * @param image as it lies in the file, without the 0 at the end that the driver wants
     * @throws DeviceException with the log of the driver's compiler, if it does not take it
     */
    public KernelModule module(String name, byte[] image) { return new KernelModule(this, name, image); }

    /** How much memory the device has left. */
    public Memory memory() {
        enter();
        var free = new long[1];
        var total = new long[1];
        check(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
        return new Memory(free[0], total[0]);
    }

    /** Waits for everything on the device. */
    public void synchronize() {
        enter();
        check(JCudaDriver.cuCtxSynchronize(), "cuCtxSynchronize");
    }

    /** True after a fatal error. */
    public boolean isLost() { return lost != null; }

    /** What is open now. */
    public Live live() { return new Live(counts(), memory.used(), memory.cached()); }

    private synchronized Map<Resource.Kind, Integer> counts() { return Map.copyOf(counts); }

    /** Gives memory that is kept for the next buffer back to the driver. */
    public void trim() {
        enter();
        memory.trim();
    }

    /**
     * Makes this context current on the calling thread.
     *
     * @throws DeviceException if it is lost, or if the thread is virtual
     */
    public void enter() {
        requirePlatformThread();
        if (closed) throw new IllegalStateException("the context of " + gpu + " is closed");
        String cause = lost;
        if (cause != null) throw new DeviceException(cause);
        check(JCudaDriver.cuCtxSetCurrent(handle), "cuCtxSetCurrent");
    }

    /**
     * Looks at a result of the driver.
     *
     * @param call the function that was called, for the message
     * @throws DeviceMemoryException if memory ran out
     * @throws DeviceException on any other error; a fatal one loses the context
     */
    public void check(int result, String call) {
        if (result != CUresult.CUDA_SUCCESS) throw error(result, call);
    }

    /**
     * A library on this context reported that work failed. If the cause is a fatal error of the device, the context is
     * lost, and the cause of that is thrown.
     *
     * @param call the function of the library, with what it said
     */
    public void checkAfter(String call) {
        int result = JCudaDriver.cuCtxSynchronize();
        if (Status.isFatal(result)) throw error(result, call);
    }

    private RuntimeException error(int result, String call) {
        if (Status.isOutOfMemory(result)) return new DeviceMemoryException(gpu + " has not enough memory for " + call
                + "; use a smaller batch or model, or end other programs on this GPU");
        String text = gpu + " failed in " + call + ": " + Status.text(result);
        if (!Status.isFatal(result)) return new DeviceException(text);
        String cause = text + ". After this error the driver refuses all work of this process; start again, a training"
                + " from its last checkpoint";
        synchronized (this) {
            if (lost == null) lost = cause;
        }
        return new DeviceException(cause);
    }

    private static void requirePlatformThread() {
        if (Thread.currentThread().isVirtual())
            throw new DeviceException("a GPU cannot be used from a virtual thread, since CUDA belongs to the thread"
                    + " of the operating system; call Gabor from a platform thread");
    }

    synchronized void opened(Resource resource) {
        open.add(resource);
        counts.merge(resource.kind(), 1, Integer::sum);
    }

    synchronized void closed(Resource resource) {
        open.remove(resource);
        counts.computeIfPresent(resource.kind(), (kind, count) -> count == 1 ? null : count - 1);
    }

    /** Runs the freeing of something unless the device has forgotten it; an error that loses the context is kept, not thrown. */
    void freeing(Runnable free) {
        if (lost != null || closed) return;
        try {
            enter();
            free.run();
        } catch (DeviceException e) {
            if (lost == null) throw e;
        }
    }

    /**
     * Frees all that is open, the youngest first, and lets go of the device. Can be called twice.
     *
     * @throws DeviceException if something could not be freed though the context is not lost
     */
    @Override
    public void close() {
        if (closed) return;
        var failures = new ArrayList<RuntimeException>();
        for (Resource resource : youngestFirst()) attempt(resource::close, failures);
        attempt(() -> freeing(memory::trim), failures);
        memory.forget();
        closed = true;
        int released = JCudaDriver.cuDevicePrimaryCtxRelease(device);
        if (released != CUresult.CUDA_SUCCESS && lost == null)
            failures.add(new DeviceException(gpu + " failed in cuDevicePrimaryCtxRelease: " + Status.text(released)));
        if (failures.isEmpty()) return;
        RuntimeException first = failures.removeFirst();
        failures.forEach(first::addSuppressed);
        throw first;
    }

    private synchronized List<Resource> youngestFirst() { return List.copyOf(open).reversed(); }

    private static void attempt(Runnable step, List<RuntimeException> failures) {
        try {
            step.run();
        } catch (DeviceException e) {
            failures.add(e);
        }
    }
}
