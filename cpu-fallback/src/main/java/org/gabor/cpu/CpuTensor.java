package org.gabor.cpu;

import java.lang.foreign.MemorySegment;
import org.gabor.cpu.emit.Memory;
import org.gabor.graph.TensorType;
import org.gabor.spi.Backend;
import org.gabor.spi.Tensor;

/** A dense tensor in off-heap memory: all of an allocation, or a part of one. */
final class CpuTensor implements Tensor {
    private final CpuBackend backend;
    private final TensorType type;
    private final CpuBackend.Allocation memory;
    private final long offset;
    private final boolean owner;

    CpuTensor(CpuBackend backend, TensorType type, CpuBackend.Allocation memory, long offset, boolean owner) {
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

    @Override
    public void copyIn(MemorySegment source) {
        checkSize("source", source);
        Memory.copyIn(source, address(), type.bytes());
    }

    @Override
    public void copyOut(MemorySegment target) {
        checkSize("target", target);
        Memory.copyOut(address(), target, type.bytes());
    }

    private void checkSize(String what, MemorySegment other) {
        if (other.byteSize() >= type.bytes()) return;
        throw new IndexOutOfBoundsException(what + " holds " + other.byteSize() + " bytes, " + type + " needs " + type.bytes());
    }

    @Override
    public Tensor view(TensorType part, long firstElement) {
        long first = Math.multiplyExact(firstElement, (long) type.dtype().bytes);
        if (first < 0 || first + part.bytes() > type.bytes())
            throw new IndexOutOfBoundsException("%s from element %d on lies outside of %s".formatted(part, firstElement, type));
        address();
        return new CpuTensor(backend, part, memory, offset + first, false);
    }

    @Override
    public void close() {
        if (owner) memory.close();
    }
}
