package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.gabor.cpu.emit.Memory;

/** Memory for a kernel under test, between two regions that nobody may write to. */
final class Buffer implements AutoCloseable {
    private static final int GUARD = 1024;
    private static final byte UNTOUCHED = (byte) 0xA7;

    private final OffHeap memory;
    private final MemorySegment all;
    private final int bytes;

    /** {@code bytes} that hold no number in particular. */
    Buffer(int bytes) {
        this.bytes = bytes;
        this.memory = OffHeap.allocate(bytes + 2L * GUARD, "a test's memory");
        this.all = Memory.segment(memory.address(), bytes + 2L * GUARD);
        all.fill(UNTOUCHED);
    }

    /** These floats. */
    static Buffer of(float... values) {
        var buffer = new Buffer(Float.BYTES * values.length);
        MemorySegment.copy(values, 0, buffer.all, ValueLayout.JAVA_FLOAT, GUARD, values.length);
        return buffer;
    }

    /** These ints. */
    static Buffer of(int... values) {
        var buffer = new Buffer(Integer.BYTES * values.length);
        MemorySegment.copy(values, 0, buffer.all, ValueLayout.JAVA_INT, GUARD, values.length);
        return buffer;
    }

    /** Normally distributed floats. */
    static Buffer normal(Random random, int count) {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float) random.nextGaussian();
        return of(values);
    }

    long address() { return memory.address() + GUARD; }

    byte[] bytes() {
        checkGuards();
        return all.asSlice(GUARD, bytes).toArray(ValueLayout.JAVA_BYTE);
    }

    float[] floats() {
        checkGuards();
        return all.asSlice(GUARD, bytes).toArray(ValueLayout.JAVA_FLOAT);
    }

    int[] ints() {
        checkGuards();
        return all.asSlice(GUARD, bytes).toArray(ValueLayout.JAVA_INT);
    }

    double[] doubles() {
        checkGuards();
        return all.asSlice(GUARD, bytes).toArray(ValueLayout.JAVA_DOUBLE);
    }

    private void checkGuards() {
        for (int i = 0; i < GUARD; i++) {
            assertThat(all.get(ValueLayout.JAVA_BYTE, i)).as("%d bytes before", GUARD - i).isEqualTo(UNTOUCHED);
            assertThat(all.get(ValueLayout.JAVA_BYTE, GUARD + bytes + i)).as("%d bytes behind", i).isEqualTo(UNTOUCHED);
        }
    }

    /** True if nobody wrote to these four bytes. */
    static boolean untouched(float value) { return Float.floatToRawIntBits(value) == (int) ((UNTOUCHED & 0xFF) * 0x01010101L); }

    @Override
    public void close() { memory.free(); }
}
