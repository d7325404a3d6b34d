package org.gabor.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A C struct, field by field: each starts at a multiple of its size, and the whole takes a multiple of 8 bytes. */
final class Struct {
    private final ByteBuffer bytes;

    /** A struct of so many bytes, 0 where nothing is put. */
    Struct(int size) {
        if (size % Long.BYTES != 0) throw new IllegalArgumentException(size + " bytes");
        this.bytes = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    /** An address on the device; 0 for none. */
    Struct pointer(long address) { return big(address); }

    /** A {@code long long}. */
    Struct big(long value) {
        aligned(Long.BYTES).putLong(value);
        return this;
    }

    /** A {@code double}. */
    Struct precise(double value) {
        aligned(Double.BYTES).putDouble(value);
        return this;
    }

    /** An {@code int}. */
    Struct integer(int value) {
        aligned(Integer.BYTES).putInt(value);
        return this;
    }

    /** A {@code float}. */
    Struct number(float value) {
        aligned(Float.BYTES).putFloat(value);
        return this;
    }

    /** An {@code unsigned char}. */
    Struct small(int value) {
        bytes.put((byte) value);
        return this;
    }

    /**
     * What a kernel needs to divide by {@code d}, three numbers (division.cuh): d, a multiplier and a shift. With l the
     * smallest number for which 2^l is no less than d, the multiplier is floor(2^32 (2^l - d) / d) + 1 and the shift l
     * (Granlund and Montgomery 1994).
     */
    Struct divisor(long d) {
        int divisor = Math.toIntExact(d), shift = Integer.SIZE - Integer.numberOfLeadingZeros(divisor - 1);
        long multiplier = (((1L << shift) - d) << Integer.SIZE) / d + 1;
        return integer(divisor).integer((int) multiplier).integer(shift);
    }

    /** Goes on {@code offset} bytes from the start. */
    Struct at(int offset) {
        bytes.position(offset);
        return this;
    }

    /** Its bytes. */
    byte[] toBytes() { return bytes.array().clone(); }

    private ByteBuffer aligned(int size) { return bytes.position(Math.ceilDiv(bytes.position(), size) * size); }
}
