package org.gabor.cuda.dnn;

import org.gabor.graph.DType;

/**
 * A batch of images and how it lies in memory.
 *
 * @param type    {@code F32} or {@code BF16}
 * @param n       images
 * @param c       channels
 * @param h       rows
 * @param w       columns
 * @param nStride elements from an image to the next
 * @param cStride elements from a channel to the next
 * @param hStride elements from a row to the next
 * @param wStride elements from a column to the next
 */
public record TensorLayout(DType type, int n, int c, int h, int w, int nStride, int cStride, int hStride, int wStride) {
    /** Dense, channels first. */
    public static TensorLayout nchw(DType type, int n, int c, int h, int w) {
        return new TensorLayout(type, n, c, h, w, stride(c, h, w), Math.multiplyExact(h, w), w, 1);
    }

    /** Dense, channels last. */
    public static TensorLayout nhwc(DType type, int n, int c, int h, int w) {
        return new TensorLayout(type, n, c, h, w, stride(c, h, w), 1, Math.multiplyExact(w, c), c);
    }

    private static int stride(int c, int h, int w) { return Math.multiplyExact(Math.multiplyExact(c, h), w); }

    @Override
    public String toString() {
        return "%s [%d,%d,%d,%d] strided [%d,%d,%d,%d]".formatted(type.label(), n, c, h, w, nStride, cStride, hStride, wStride);
    }
}
