package org.gabor.graph;

/**
 * How a kernel of r x s slides over an h x w plane: output pixel (p, q) covers rows
 * {@code p strideH - top ... p strideH - top + r - 1} and columns likewise.
 *
 * @param r kernel height
 * @param s kernel width
 * @param strideH rows between two output pixels
 * @param strideW columns between two output pixels
 * @param top rows of padding above
 * @param left columns of padding to the left
 * @param bottom rows of padding below
 * @param right columns of padding to the right
 */
public record Window(int r, int s, int strideH, int strideW, int top, int left, int bottom, int right) {
    public Window {
        if (r < 1 || s < 1) throw new ShapeException("the kernel must be at least 1x1, got " + r + "x" + s);
        if (strideH < 1 || strideW < 1)
            throw new ShapeException("the stride must be at least 1, got " + strideH + "x" + strideW);
        if (Math.min(Math.min(top, left), Math.min(bottom, right)) < 0)
            throw new ShapeException(
                    "the padding must not be negative, got " + top + "," + left + "," + bottom + "," + right);
    }

    /** A square window with the same stride and padding in both directions. */
    public static Window of(int kernel, int stride, int padding) {
        return new Window(kernel, kernel, stride, stride, padding, padding, padding, padding);
    }

    /**
     * Output height for an input of {@code h} rows: floor((h + top + bottom - r) / strideH) + 1; below 1 if it does not
     * fit.
     */
    public int p(int h) { return Math.floorDiv(h + top + bottom - r, strideH) + 1; }

    /** Output width for an input of {@code w} columns; below 1 if the kernel does not fit. */
    public int q(int w) { return Math.floorDiv(w + left + right - s, strideW) + 1; }

    /** For example {@code 5x5}, {@code 3x3/2 pad 1}. */
    @Override
    public String toString() {
        String stride =
                strideH == 1 && strideW == 1 ? "" : "/" + (strideH == strideW ? strideH : strideH + "x" + strideW);
        boolean even = top == left && left == bottom && bottom == right;
        String pad = even ? (top == 0 ? "" : " pad " + top) : " pad " + top + "," + left + "," + bottom + "," + right;
        return r + "x" + s + stride + pad;
    }
}
