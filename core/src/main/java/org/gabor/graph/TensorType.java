package org.gabor.graph;

/** Shape and element type: all that is known of a value before it exists. */
public record TensorType(Shape shape, DType dtype) {
    /** A value of 32-bit floats. */
    public static TensorType f32(int... dims) { return new TensorType(Shape.of(dims), DType.F32); }

    /** A value of 32-bit integers. */
    public static TensorType i32(int... dims) { return new TensorType(Shape.of(dims), DType.I32); }

    /** A value of unsigned bytes. */
    public static TensorType u8(int... dims) { return new TensorType(Shape.of(dims), DType.U8); }

    /** The same element type in another shape. */
    public TensorType with(Shape other) { return new TensorType(other, dtype); }

    /** Bytes when stored densely in logical order. */
    public long bytes() { return shape.size() * dtype.bytes; }

    /** For example {@code f32 64x1x28x28}. */
    @Override
    public String toString() { return dtype.label() + " " + shape; }
}
