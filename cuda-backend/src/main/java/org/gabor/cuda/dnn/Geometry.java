package org.gabor.cuda.dnn;

/**
 * How filters go over images: output pixel p takes the input rows p stride + r dilation - padding. Padding is the same on
 * both sides.
 *
 * @param paddingH  rows of zeros above and below
 * @param paddingW  columns of zeros left and right
 * @param strideH   rows
 * @param strideW   columns
 * @param dilationH rows from one tap to the next
 * @param dilationW columns from one tap to the next
 * @param groups    parts of the channels that are convolved apart
 */
public record Geometry(int paddingH, int paddingW, int strideH, int strideW, int dilationH, int dilationW, int groups) {
    @Override
    public String toString() {
        return "padding %d,%d, stride %d,%d, dilation %d,%d, groups %d".formatted(paddingH, paddingW, strideH, strideW,
                dilationH, dilationW, groups);
    }
}
