package org.gabor.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a kernel is called with, in the order of its parameters. Made by chained calls:
 * {@code new Arguments().pointer(x).pointer(y).integer(n)}.
 */
final class Arguments {
    private final List<byte[]> values = new ArrayList<>();

    /** An address on the device; 0 for none. */
    Arguments pointer(long address) { return big(address); }

    /** A {@code long long}. */
    Arguments big(long value) {
        values.add(room(Long.BYTES).putLong(value).array());
        return this;
    }

    /** An {@code int}. */
    Arguments integer(int value) {
        values.add(room(Integer.BYTES).putInt(value).array());
        return this;
    }

    /** A {@code float}: the nearest to {@code value}. */
    Arguments number(double value) {
        values.add(room(Float.BYTES).putFloat((float) value).array());
        return this;
    }

    /** A {@code double}. */
    Arguments precise(double value) {
        values.add(room(Double.BYTES).putDouble(value).array());
        return this;
    }

    /** A struct by value, laid out by the caller as C does. */
    Arguments struct(byte[] bytes) {
        values.add(bytes.clone());
        return this;
    }

    /** The bytes of each. */
    List<byte[]> values() { return Collections.unmodifiableList(values); }

    private static ByteBuffer room(int bytes) { return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder()); }
}
