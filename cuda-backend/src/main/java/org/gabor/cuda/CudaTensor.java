package org.gabor.cuda;

import java.lang.foreign.MemorySegment;
import org.gabor.graph.TensorType;
import org.gabor.spi.Backend;
import org.gabor.spi.Tensor;

/** A dense tensor in device memory: all of an allocation, or a part of one. */
final class CudaTensor implements Tensor {
    private final CudaBackend backend;
    private final TensorType type;
    private final CudaBackend.Allocation memory;
    private final long offset;
    private final boolean owner;

    CudaTensor(CudaBackend backend, TensorType type, CudaBackend.Allocation memory, long offset, boolean owner) {
        this.backend = backend;
        this.type = type;
        this.memory = memory;
        this.offset = offset;
        this.owner = owner;
    }

    @Override
    public TensorType type() { return type; }

    @Override
    public Backend backend() { return backend; }

    /**
     * Where its first element lies.
     *
     * @throws IllegalStateException if its memory was given back
     */
    long address() { return memory.address() + offset; }

    /** Returns when the device has the bytes. */
    @Override
    public void copyIn(MemorySegment source) {
        checkSize("source", source, type);
        backend.compute().upload(address(), source.asSlice(0, type.bytes()));
    }

    @Override
    public void copyOut(MemorySegment target) {
        checkSize("target", target, type);
        backend.compute().download(target.asSlice(0, type.bytes()), address());
    }

    /**
     * Refuses memory of the host that is too small for a tensor.
     *
     * @throws IndexOutOfBoundsException if it is
     */
    static void checkSize(String what, MemorySegment host, TensorType type) {
        if (host.byteSize() >= type.bytes()) return;
        throw new IndexOutOfBoundsException(what + " holds " + host.byteSize() + " bytes, " + type + " needs " + type.bytes());
    }

    @Override
    public Tensor view(TensorType part, long firstElement) {
        long first = Math.multiplyExact(firstElement, (long) type.dtype().bytes);
        if (first < 0 || first + part.bytes() > type.bytes())
            throw new IndexOutOfBoundsException("%s from element %d on lies outside of %s".formatted(part, firstElement, type));
        address();
        return new CudaTensor(backend, part, memory, offset + first, false);
    }

    @Override
    public void close() {
        if (owner) memory.close();
    }
}
