package org.gabor.cpu.kernel;

import org.gabor.graph.Shape;

/**
 * Images of bytes as affine maps place them, an image or {@code lanes} images side by side a block
 * ({@link org.gabor.graph.Augmentation.Warp}).
 *
 * @param shape n, c, h and w of x and y
 * @param x address of the bytes, dense [n,c,h,w]
 * @param maps address of the maps, [6,n]
 * @param y address of the result
 * @param lanes images side by side, of which n is a multiple; an element of a row of y is [w][c][lanes], without gaps
 * @param block bytes of y from one block of images to the next
 * @param row bytes of y from row to row
 */
public record Warp(Shape shape, long x, long maps, long y, int lanes, long block, long row) implements Description {
    /** Blocks of images. */
    public int blocks() { return shape.n() / lanes; }

    /** Bytes of one image of x. */
    public int imageBytes() { return shape.c() * shape.h() * shape.w(); }
}
