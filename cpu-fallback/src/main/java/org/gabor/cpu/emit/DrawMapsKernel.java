package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.DrawMaps;
import org.gabor.graph.Augmentation;
import org.gabor.random.Philox;

/** Random affine maps in Java, image by image. */
final class DrawMapsKernel implements Kernel {
    private static final float UNIT = 0x1p-24f;

    private final DrawMaps k;
    private final Augmentation.DrawMaps op;

    DrawMapsKernel(DrawMaps k) {
        this.k = k;
        this.op = k.op();
    }

    @Override
    public int blocks() { return 1; }

    @Override
    public void run(Scratch scratch, int block) {
        int low = Memory.i32(k.seed()), high = Memory.i32(k.seed() + Integer.BYTES);
        int step = Memory.i32(k.step()), epoch = Memory.i32(k.epoch());
        float centreX = (op.w() - 1) / 2f, centreY = (op.h() - 1) / 2f;
        for (int i = 0; i < op.n(); i++) {
            int[] words = scratch.words;
            Philox.block(low, high, 2 * i, step, epoch, op.stream(), words);
            float f = unit(words[0]) < (float) op.limits().flip() ? -1 : 1;
            float p = shift(unit(words[1]), op.columns()) + centreX, q = shift(unit(words[2]), op.rows()) + centreY;
            float r = (2 * unit(words[3]) - 1) * op.tangent();
            Philox.block(low, high, 2 * i + 1, step, epoch, op.stream(), words);
            float z = op.least() + unit(words[0]) * op.range();
            float m = 1 / (1 + r * r), cosine = (1 - r * r) * m / z, sine = (r + r) * m / z;
            put(0, i, f * cosine);
            put(1, i, f * sine);
            put(2, i, centreX - f * (cosine * p + sine * q));
            put(3, i, -sine);
            put(4, i, cosine);
            put(5, i, centreY + (sine * p - cosine * q));
        }
    }

    private static float unit(int word) { return (word >>> 8) * UNIT; }

    private static float shift(float u, int most) { return (float) Math.floor(u * (2 * most + 1)) - most; }

    private void put(int row, int image, float value) {
        Memory.f32(k.result() + ((long) row * op.n() + image) * Float.BYTES, value);
    }
}
