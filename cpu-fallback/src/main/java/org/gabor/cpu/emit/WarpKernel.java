package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Warp;

/** Images as affine maps place them, in Java: pixel by pixel of a row, all channels of it. */
final class WarpKernel implements Kernel {
    private final Warp k;
    private final int c;
    private final int h;
    private final int w;

    WarpKernel(Warp k) {
        this.k = k;
        this.c = k.shape().c();
        this.h = k.shape().h();
        this.w = k.shape().w();
    }

    @Override
    public int blocks() { return k.blocks(); }

    @Override
    public int images() { return k.blocks(); }

    @Override
    public void run(Scratch scratch, int block) {
        float[] row = scratch.result(w * c * k.lanes());
        for (int y = 0; y < h; y++) {
            for (int i = 0; i < k.lanes(); i++) row(block * k.lanes() + i, y, i, row);
            Memory.store(row, 0, k.y() + block * k.block() + y * k.row(), w * c * k.lanes());
        }
    }

    /** Row {@code y} of an image, to every {@code lanes}-th element from {@code first} on. */
    private void row(int image, int y, int first, float[] to) {
        long x = k.x() + (long) image * k.imageBytes();
        float a = map(0, image), across = map(1, image) * y + map(2, image);
        float b = map(3, image), down = map(4, image) * y + map(5, image);
        for (int column = 0; column < w; column++) {
            float u = a * column + across, v = b * column + down;
            int i = place(u, w), j = place(v, h);
            float left = weight(u, i), right = weight(u, i + 1), upper = weight(v, j), lower = weight(v, j + 1);
            for (int channel = 0; channel < c; channel++) {
                long at = x + ((long) channel * h + j) * w + i;
                float above = pair(at, left, right), below = h == 1 ? 0 : pair(at + w, left, right);
                to[(column * c + channel) * k.lanes() + first] = above * upper + below * lower;
            }
        }
    }

    private float map(int row, int image) { return Memory.f32(k.maps() + ((long) row * k.shape().n() + image) * Float.BYTES); }

    /** The first of the two places around u, as far as there are any in {@code size}. */
    private static int place(float u, int size) {
        return (int) Math.max(Math.min((float) Math.floor(u), Math.max(size - 2, 0)), 0);
    }

    private static float weight(float u, int at) {
        float k = 1 - Math.abs(u - at);
        return k > 0 ? k : 0;
    }

    private float pair(long at, float left, float right) {
        float second = w == 1 ? 0 : Memory.u8(at + 1) & 0xFF;
        return (Memory.u8(at) & 0xFF) * left + second * right;
    }
}
