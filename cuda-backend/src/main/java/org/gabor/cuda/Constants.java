package org.gabor.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers that kernels read and nobody changes: tables of windows, factors of channels. They live as long as a plan. */
interface Constants {
    /** Puts bytes on the device, at a multiple of 256, and returns where. */
    long place(byte[] bytes);

    /** Puts 32-bit integers on the device and returns where. */
    default long integers(int... values) {
        var bytes = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.nativeOrder());
        for (int v : values) bytes.putInt(v);
        return place(bytes.array());
    }

    /** Puts 32-bit floats on the device and returns where. */
    default long floats(float... values) {
        var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
        for (float v : values) bytes.putFloat(v);
        return place(bytes.array());
    }
}
