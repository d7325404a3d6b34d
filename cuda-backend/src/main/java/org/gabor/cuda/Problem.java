package org.gabor.cuda;

import java.util.Locale;
import org.gabor.graph.DType;
import org.gabor.graph.Layout;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/**
 * A convolution as cuDNN knows it: y [n,k,p,q] = x [n,c,h,w] * w [k,c/groups,r,s], padding alike on both sides. Equal
 * problems are solved by the same algorithm.
 *
 * @param kind which of x, w and y is computed from the other two
 * @param dtype of all three; sums are taken in F32
 * @param layout of all three: {@link Layout#NHWC} or {@link Layout#LOGICAL}
 * @param x images, as n, c, h, w
 * @param w filters, as k, c / groups, r, s
 * @param y result, as n, k, p, q
 * @param padH rows of zeros above and below
 * @param padW columns of zeros on the left and on the right
 * @param strideH rows from window to window
 * @param strideW columns from window to window
 * @param dilationH rows from tap to tap
 * @param dilationW columns from tap to tap
 * @param groups parts of the channels that do not see each other
 */
record Problem(Kind kind, DType dtype, Layout layout, Shape x, Shape w, Shape y, int padH, int padW, int strideH,
        int strideW, int dilationH, int dilationW, int groups) {
    /** What is computed. */
    enum Kind {
        /** y from x and w. */
        FORWARD,
        /** x from y and w. */
        BACKWARD_DATA,
        /** w from x and y. */
        BACKWARD_FILTER
    }

    /** As it is recorded. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %s %s * %s -> %s, padding %dx%d, stride %dx%d, dilation %dx%d, groups %d",
                kind.name().toLowerCase(Locale.ROOT), dtype.label(), x, w, y, padH, padW, strideH, strideW, dilationH, dilationW,
                groups);
    }

    /** The same shapes, of which something else is computed. */
    Problem as(Kind other) {
        return new Problem(other, dtype, layout, x, w, y, padH, padW, strideH, strideW, dilationH, dilationW, groups);
    }

    /** The same on values that lie in another order. */
    Problem as(Layout other) {
        return new Problem(kind, dtype, other, x, w, y, padH, padW, strideH, strideW, dilationH, dilationW, groups);
    }

    /** The convolution of a window over images with their channels last, whose padding is alike on both sides. */
    static Problem of(Kind kind, DType dtype, Shape x, Shape w, Shape y, Window window, int groups) {
        return new Problem(kind, dtype, Layout.NHWC, x, w, y, window.top(), window.left(), window.strideH(), window.strideW(),
                window.dilationH(), window.dilationW(), groups);
    }
}
