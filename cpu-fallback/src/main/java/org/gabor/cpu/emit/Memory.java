package org.gabor.cpu.emit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Access to off-heap memory by address. Nothing is checked: extents are checked when a plan is compiled. */
public final class Memory {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final byte[] ZEROS = new byte[1 << 12];

    private Memory() {}

    static float f32(long address) { return ALL.get(F32, address); }

    static void f32(long address, float value) { ALL.set(F32, address, value); }

    static double f64(long address) { return ALL.get(F64, address); }

    static void f64(long address, double value) { ALL.set(F64, address, value); }

    static int i32(long address) { return ALL.get(I32, address); }

    static void i32(long address, int value) { ALL.set(I32, address, value); }

    static byte u8(long address) { return ALL.get(U8, address); }

    static void u8(long address, byte value) { ALL.set(U8, address, value); }

    /** {@code target[at ...] = } {@code count} floats from {@code address}. */
    static void load(long address, float[] target, int at, int count) {
        MemorySegment.copy(ALL, F32, address, target, at, count);
    }

    /** {@code count} floats of {@code source[at ...]} to {@code address}. */
    static void store(float[] source, int at, long address, int count) {
        MemorySegment.copy(source, at, ALL, F32, address, count);
    }

    /** Longs to {@code address} and behind it. */
    public static void store(long[] source, long address) {
        MemorySegment.copy(source, 0, ALL, ValueLayout.JAVA_LONG_UNALIGNED, address, source.length);
    }

    /** The first {@code count} doubles of {@code source} to {@code address}. */
    static void store(double[] source, long address, int count) { MemorySegment.copy(source, 0, ALL, F64, address, count); }

    /** Bytes from one place to another that does not overlap it. */
    static void copy(long source, long target, long bytes) { MemorySegment.copy(ALL, source, ALL, target, bytes); }

    /** The first {@code bytes} of {@code source} to {@code address}. */
    public static void copyIn(MemorySegment source, long address, long bytes) {
        MemorySegment.copy(source, 0, ALL, address, bytes);
    }

    /** {@code bytes} from {@code address} to the start of {@code target}. */
    public static void copyOut(long address, MemorySegment target, long bytes) {
        MemorySegment.copy(ALL, address, target, 0, bytes);
    }

    /** Zeros. */
    static void zero(long address, long bytes) {
        for (long done = 0; done < bytes; done += ZEROS.length) {
            int part = (int) Math.min(ZEROS.length, bytes - done);
            MemorySegment.copy(ZEROS, 0, ALL, U8, address + done, part);
        }
    }

    /** The {@code bytes} at {@code address} as a segment. */
    public static MemorySegment segment(long address, long bytes) { return ALL.asSlice(address, bytes); }
}
