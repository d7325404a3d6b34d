package org.gabor.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a kernel is called with: values one behind the other, each at a multiple of its size as C has it. Made by chained
 * calls: {@code new Arguments().pointer(x).pointer(y).integer(n)}.
 */
final class Arguments {
    private static final int POINTER = 8;
    private ByteBuffer block = ByteBuffer.allocate(128).order(ByteOrder.nativeOrder());
    private final List<Integer> offsets = new ArrayList<>();

    /** An address on the device; 0 for none. */
    Arguments pointer(long address) {
        place(POINTER, POINTER).putLong(address);
        return this;
    }

    /** A 64-bit integer. */
    Arguments big(long value) { return pointer(value); }

    /** A 32-bit integer. */
    Arguments integer(int value) {
        place(Integer.BYTES, Integer.BYTES).putInt(value);
        return this;
    }

    /** A 32-bit float: the nearest to {@code value}. */
    Arguments number(double value) {
        place(Float.BYTES, Float.BYTES).putFloat((float) value);
        return this;
    }

    /** A 64-bit float. */
    Arguments big(double value) {
        place(Double.BYTES, Double.BYTES).putDouble(value);
        return this;
    }

    /** A struct by value, laid out by the caller as C does; it starts at a multiple of 8 bytes. */
    Arguments struct(byte[] bytes) {
        place(bytes.length, POINTER).put(bytes);
        return this;
    }

    /** All values, with the gaps between them. */
    byte[] bytes() { return Arrays.copyOf(block.array(), block.position()); }

    /** Where each value starts. */
    int[] offsets() { return offsets.stream().mapToInt(Integer::intValue).toArray(); }

    private ByteBuffer place(int bytes, int alignment) {
        int at = Math.ceilDiv(block.position(), alignment) * alignment;
        if (at + bytes > block.capacity()) {
            var larger = ByteBuffer.allocate(2 * (at + bytes)).order(ByteOrder.nativeOrder());
            block = larger.put(block.flip());
        }
        offsets.add(at);
        return block.position(at);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Arguments a && offsets.equals(a.offsets) && Arrays.equals(bytes(), a.bytes());
    }

    @Override
    public int hashCode() { return Arrays.hashCode(bytes()); }
}
