package org.gabor.cuda.driver;

import java.lang.foreign.MemorySegment;
import jcuda.driver.JCudaDriver;

/** A copy between host and device that is made once and run often. Running it allocates nothing. */
public final class Transfer {
    private final boolean in;
    private final Address device;
    private final Address.Host host;
    private final MemorySegment memory;

    private Transfer(boolean in, long device, MemorySegment memory) {
        if (!memory.isNative()) throw new IllegalArgumentException("a transfer needs off-heap memory");
        this.in = in;
        this.device = new Address(device);
        this.memory = memory;
        host = new Address.Host(memory.address());
    }

    /** From the host to the device, all of the segment. */
    public static Transfer in(long target, MemorySegment source) { return new Transfer(true, target, source); }

    /** From the device to the host, all of the segment. */
    public static Transfer out(MemorySegment target, long source) { return new Transfer(false, source, target); }

    /** Bytes that it moves. */
    public long bytes() { return memory.byteSize(); }

    /** Gives it to a stream. The memory must live, and a source stay as it is, until it is done. */
    public void run(Stream stream) {
        Context context = stream.context();
        if (bytes() == 0) return;
        if (in) context.check(JCudaDriver.cuMemcpyHtoDAsync(device, host, bytes(), stream.handle()), "cuMemcpyHtoDAsync");
        else context.check(JCudaDriver.cuMemcpyDtoHAsync(host, device, bytes(), stream.handle()), "cuMemcpyDtoHAsync");
    }
}
