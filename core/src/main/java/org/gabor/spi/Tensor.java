package org.gabor.spi;

import java.lang.foreign.MemorySegment;
import org.gabor.graph.DType;
import org.gabor.graph.TensorType;

/**
 * Typed storage on a backend. It stores and moves data; computing is done by executables. Data enters and leaves dense
 * in logical order (images as n, c, h, w), in the machine's byte order.
 */
public interface Tensor extends AutoCloseable {
    /** Shape and element type. */
    TensorType type();

    /** The backend whose memory it is. */
    Backend backend();

    /**
     * Copies the first {@code type().bytes()} bytes of {@code source} in.
     *
     * @throws IndexOutOfBoundsException if there are fewer
     */
    void copyIn(MemorySegment source);

    /** Copies {@code type().bytes()} bytes out. */
    void copyOut(MemorySegment target);

    /**
     * A part of this tensor as a tensor of its own, which shares its memory and need not be closed.
     *
     * @param firstElement where it starts, in elements of this tensor's type
     */
    Tensor view(TensorType type, long firstElement);

    /**
     * Gives the memory back. A view, or a tensor that belongs to an executable, has none of its own. Can be called
     * twice.
     */
    @Override
    void close();

    /** Sets all elements of an F32 tensor. */
    default void set(float... values) {
        checkElements(DType.F32, values.length);
        copyIn(MemorySegment.ofArray(values));
    }

    /** Sets all elements of an I32 tensor. */
    default void set(int... values) {
        checkElements(DType.I32, values.length);
        copyIn(MemorySegment.ofArray(values));
    }

    /** Sets all elements of a U8 tensor. */
    default void set(byte... values) {
        checkElements(DType.U8, values.length);
        copyIn(MemorySegment.ofArray(values));
    }

    /** All elements of an F32 tensor. */
    default float[] floats() {
        var values = new float[Math.toIntExact(type().shape().size())];
        checkElements(DType.F32, values.length);
        copyOut(MemorySegment.ofArray(values));
        return values;
    }

    /** All elements of an I32 tensor. */
    default int[] ints() {
        var values = new int[Math.toIntExact(type().shape().size())];
        checkElements(DType.I32, values.length);
        copyOut(MemorySegment.ofArray(values));
        return values;
    }

    /** The one element of an F32 tensor of one element. */
    default float scalar() {
        checkElements(DType.F32, 1);
        return floats()[0];
    }

    private void checkElements(DType dtype, int count) {
        if (type().dtype() != dtype || type().shape().size() != count)
            throw new IllegalArgumentException(count + " elements of " + dtype.label() + " for a tensor of " + type());
    }

}
