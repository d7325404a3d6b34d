package org.gabor.cuda.driver;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/**
 * An address of device memory as JCuda wants it. Everything outside of the wrappers counts addresses in {@code long}s.
 */
public final class Address extends CUdeviceptr {
    private static final CUdeviceptr ORIGIN = new CUdeviceptr();

    /** Room for an address that a call fills in. */
    Address() {}

    /** An address that is known. */
    public Address(long address) {
        super(ORIGIN, address);
    }

    /** The address itself. */
    long value() { return getNativePointer() + getByteOffset(); }

    /**
     * An address of the host's memory. JCuda makes pointers to arrays and buffers only; this one needs neither and
     * costs nothing on the way to native code.
     */
    public static final class Host extends Pointer {
        /** An address, of a {@code MemorySegment} for instance. */
        public Host(long address) {
            super(address);
        }

        /** The same address as another pointer. */
        Host(Pointer pointer) {
            super(pointer);
        }

        /** The address itself. */
        long value() { return getNativePointer() + getByteOffset(); }
    }
}
