package org.gabor.cuda.driver;

import java.lang.foreign.MemorySegment;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** A copy to, from or on the device that is made once and run often. Running it allocates nothing. */
public final class Transfer {
    private final long bytes;
    private final String name;
    private final Call call;

    /** The driver's function, with all its arguments but the stream. */
    private interface Call {
        int onto(CUstream stream);
    }

    private Transfer(long bytes, String name, Call call) {
        this.bytes = bytes;
        this.name = name;
        this.call = call;
    }

    /** From the host to the device, all of the segment. */
    public static Transfer in(long target, MemorySegment source) {
        long bytes = source.byteSize();
        var device = new Address(target);
        Address.Host host = host(source);
        return new Transfer(bytes, "cuMemcpyHtoDAsync", stream -> JCudaDriver.cuMemcpyHtoDAsync(device, host, bytes, stream));
    }

    /** From the device to the host, all of the segment. */
    public static Transfer out(MemorySegment target, long source) {
        long bytes = target.byteSize();
        var device = new Address(source);
        Address.Host host = host(target);
        return new Transfer(bytes, "cuMemcpyDtoHAsync", stream -> JCudaDriver.cuMemcpyDtoHAsync(host, device, bytes, stream));
    }

    /** On the device. The ranges must not overlap. */
    public static Transfer within(long target, long source, long bytes) {
        Address to = new Address(target), from = new Address(source);
        return new Transfer(bytes, "cuMemcpyDtoDAsync", stream -> JCudaDriver.cuMemcpyDtoDAsync(to, from, bytes, stream));
    }

    private static Address.Host host(MemorySegment memory) {
        if (!memory.isNative()) throw new IllegalArgumentException("a transfer needs off-heap memory");
        return new Address.Host(memory.address());
    }

    /** Bytes that it moves. */
    public long bytes() { return bytes; }

    /** Gives it to a stream. The memory must live, and a source stay as it is, until it is done. */
    public void run(Stream stream) {
        if (bytes == 0) return;
        stream.context().check(call.onto(stream.handle()), name);
    }
}
