package org.gabor.cuda;

import org.gabor.graph.DType;
import org.gabor.graph.Layout;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/**
 * A value in the device's memory.
 *
 * @param address of its first element
 * @param layout how its elements lie: channels last ({@link Layout#NHWC}) or dense in logical order
 * @param type its shape and element type
 */
record Stored(long address, Layout layout, TensorType type) {
    /** Its logical dimensions. */
    Shape shape() { return type.shape(); }

    /** Its element type. */
    DType dtype() { return type.dtype(); }

    /** All its elements. */
    long size() { return shape().size(); }

    /** True if its channels are the innermost axis. */
    boolean channelsLast() { return !layout.logical(); }

    /** Elements from neighbour to neighbour along each axis, in logical order. */
    long[] strides() {
        int rank = shape().rank();
        var strides = new long[rank];
        if (channelsLast()) {
            for (int i = 0; i < rank; i++) strides[i] = layout.stride(shape(), "nchw".charAt(i));
            return strides;
        }
        long stride = 1;
        for (int i = rank - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape().dim(i);
        }
        return strides;
    }
}
