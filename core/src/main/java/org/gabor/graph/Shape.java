package org.gabor.graph;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Logical dimensions of a value, outermost first. Images are n, c, h, w whatever order a backend stores them in,
 * filters are k, c, r, s, matrices are rows, columns.
 */
public final class Shape {
    private final int[] dims;
    private final long size;

    private Shape(int[] dims) {
        long product = 1;
        for (int d : dims) {
            if (d < 1) throw new ShapeException("a dimension must be at least 1, got " + text(dims));
            if (product > Long.MAX_VALUE / d) throw new ShapeException(text(dims) + " is too large");
            product *= d;
        }
        this.dims = dims;
        this.size = product;
    }

    /**
     * A shape of the given dimensions.
     *
     * @throws ShapeException if one is below 1
     */
    public static Shape of(int... dims) { return new Shape(dims.clone()); }

    /** Number of dimensions. */
    public int rank() { return dims.length; }

    /** The dimension at {@code axis}, counted from 0. */
    public int dim(int axis) { return dims[axis]; }

    /** A copy of all dimensions. */
    public int[] dims() { return dims.clone(); }

    /** Number of elements: the product of the dimensions, 1 for rank 0. */
    public long size() { return size; }

    /** Batch size: the first dimension. */
    public int n() { return dims[0]; }

    /** Channels: the second dimension. */
    public int c() { return dims[1]; }

    /** Height: the third dimension. */
    public int h() { return dims[2]; }

    /** Width: the fourth dimension. */
    public int w() { return dims[3]; }

    /** Elements that share one n and one c: h w for an image, 1 for a matrix. */
    public long plane() { return size / ((long) dims[0] * dims[1]); }

    @Override
    public boolean equals(Object o) { return o instanceof Shape s && Arrays.equals(dims, s.dims); }

    @Override
    public int hashCode() { return Arrays.hashCode(dims); }

    /** For example {@code 64x1x28x28}; {@code scalar} for rank 0. */
    @Override
    public String toString() { return dims.length == 0 ? "scalar" : text(dims); }

    private static String text(int[] dims) {
        return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining("x"));
    }
}
