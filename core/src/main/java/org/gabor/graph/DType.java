package org.gabor.graph;

/** Element types of a tensor. {@code bytes} is the storage size of one element. */
public enum DType {
    /** IEEE 754 binary32. */
    F32(4),
    /** bfloat16: the upper half of a binary32. */
    BF16(2),
    /** IEEE 754 binary16. */
    F16(2),
    /** Unsigned byte, 0 to 255: pixels. */
    U8(1),
    /** Signed 32-bit integer: labels, counters. */
    I32(4);

    /** Bytes of one element. */
    public final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** The name as it is printed: {@code f32}, {@code u8}. */
    public String label() { return name().toLowerCase(java.util.Locale.ROOT); }
}
