package org.gabor.graph;

/**
 * How a kernel of r x s slides over an h x w plane: output pixel (p, q) covers the rows
 * {@code p strideH - top + i dilationH} for i in 0 ... r - 1, and columns likewise.
 *
 * @param r kernel height
 * @param s kernel width
 * @param strideH rows between two output pixels
 * @param strideW columns between two output pixels
 * @param top rows of padding above
 * @param left columns of padding to the left
 * @param bottom rows of padding below
 * @param right columns of padding to the right
 * @param dilationH rows between two taps of the kernel
 * @param dilationW columns between two taps of the kernel
 * @param ceil whether a last window that reaches beyond the padding counts, as long as it starts inside (pooling only)
 */
public record Window(int r, int s, int strideH, int strideW, int top, int left, int bottom, int right, int dilationH,
        int dilationW, boolean ceil) {
    public Window {
        if (r < 1 || s < 1) throw new ShapeException("the kernel must be at least 1x1, got " + r + "x" + s);
        if (strideH < 1 || strideW < 1)
            throw new ShapeException("the stride must be at least 1, got " + strideH + "x" + strideW);
        if (Math.min(Math.min(top, left), Math.min(bottom, right)) < 0)
            throw new ShapeException(
                    "the padding must not be negative, got " + top + "," + left + "," + bottom + "," + right);
        if (dilationH < 1 || dilationW < 1)
            throw new ShapeException("the dilation must be at least 1, got " + dilationH + "x" + dilationW);
    }

    /** A window without dilation whose output size is rounded down. */
    public Window(int r, int s, int strideH, int strideW, int top, int left, int bottom, int right) {
        this(r, s, strideH, strideW, top, left, bottom, right, 1, 1, false);
    }

    /** A square window with the same stride and padding in both directions. */
    public static Window of(int kernel, int stride, int padding) {
        return new Window(kernel, kernel, stride, stride, padding, padding, padding, padding);
    }

    /** The same window with its taps apart. */
    public Window dilation(int rows, int columns) {
        return new Window(r, s, strideH, strideW, top, left, bottom, right, rows, columns, ceil);
    }

    /** The same window with the output size rounded up. */
    public Window ceilMode() {
        return new Window(r, s, strideH, strideW, top, left, bottom, right, dilationH, dilationW, true);
    }

    /** Rows from the first to the last tap: (r - 1) dilationH + 1. */
    public int spanH() { return (r - 1) * dilationH + 1; }

    /** Columns from the first to the last tap: (s - 1) dilationW + 1. */
    public int spanW() { return (s - 1) * dilationW + 1; }

    /**
     * Output height for an input of {@code h} rows: (h + top + bottom - spanH) / strideH + 1; below 1 if it does not
     * fit.
     */
    public int p(int h) { return size(h, top, bottom, spanH(), strideH); }

    /** Output width for an input of {@code w} columns; below 1 if the kernel does not fit. */
    public int q(int w) { return size(w, left, right, spanW(), strideW); }

    private int size(int in, int before, int after, int span, int stride) {
        int room = in + before + after - span;
        if (!ceil || room < 0) return Math.floorDiv(room, stride) + 1;
        int out = Math.ceilDiv(room, stride) + 1;
        return (out - 1) * stride >= in + before ? out - 1 : out;
    }

    /** For example {@code 5x5}, {@code 3x3/2 pad 1}. */
    @Override
    public String toString() {
        String stride = strideH == 1 && strideW == 1 ? ""
                : "/" + (strideH == strideW ? strideH : strideH + "x" + strideW);
        boolean even = top == left && left == bottom && bottom == right;
        String pad = even ? (top == 0 ? "" : " pad " + top) : " pad " + top + "," + left + "," + bottom + "," + right;
        String apart = dilationH == 1 && dilationW == 1 ? "" : " dilation " + dilationH + "x" + dilationW;
        return r + "x" + s + stride + pad + apart + (ceil ? " ceil" : "");
    }
}
