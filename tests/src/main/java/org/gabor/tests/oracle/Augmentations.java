package org.gabor.tests.oracle;

import org.gabor.graph.Augmentation;
import org.gabor.graph.Augmentation.DrawMaps;
import org.gabor.graph.Shape;
import org.gabor.random.Stream;

/** Random maps, which are floats to the last bit, and images as maps place them. */
final class Augmentations {
    private static final double WHITE = 255;
    /** Roundings of weights of at most 1, four to a direction, and of the sums and products that end in a value. */
    private static final double ROUNDINGS = 13;

    private Augmentations() {}

    static double[] of(Augmentation op, Operands in) {
        return switch (op) {
            case DrawMaps d -> drawn(d, in);
            case Augmentation.Warp _ -> {
                double[] out = in.out();
                for (int i = 0; i < out.length; i++) out[i] = seen(in, i);
                yield out;
            }
        };
    }

    /** How far results may be off: not at all, or by what the place may be off times the largest slope, and by rounding. */
    static double[] bound(Augmentation op, Operands v, Operands e) {
        return switch (op) {
            case DrawMaps _ -> v.out();
            case Augmentation.Warp _ -> PointwiseBounds.each(v, i -> {
                double place = place(v, e, i, 0).error() + place(v, e, i, 3).error();
                return new Approx(0, WHITE * (place + ROUNDINGS * Approx.U));
            });
        };
    }

    private static double[] drawn(DrawMaps op, Operands in) {
        double[] maps = in.out();
        long seed = (long) in.in(0)[1] << 32 | (long) in.in(0)[0] & 0xFFFFFFFFL;
        var random = new Stream(seed, op.stream(), (int) in.in(1)[0], (int) in.in(2)[0]);
        float middleX = (op.w() - 1) / 2f, middleY = (op.h() - 1) / 2f;
        double shift = op.limits().shift();
        for (int i = 0; i < op.n(); i++) {
            long first = (long) DrawMaps.WORDS * i;
            float f = random.uniform(first) < (float) op.limits().flip() ? -1 : 1;
            float p = whole(random.uniform(first + 1), (int) Math.floor(shift * op.w())) + middleX;
            float q = whole(random.uniform(first + 2), (int) Math.floor(shift * op.h())) + middleY;
            float r = (2 * random.uniform(first + 3) - 1) * op.tangent();
            float z = op.least() + random.uniform(first + 4) * op.range();
            float m = 1 / (1 + r * r), a = (1 - r * r) * m / z, b = (r + r) * m / z;
            float[] map = {f * a, f * b, middleX - f * (a * p + b * q), -b, a, middleY + (b * p - a * q)};
            for (int k = 0; k < map.length; k++) maps[k * op.n() + i] = map[k];
        }
        return maps;
    }

    private static float whole(float u, int most) { return (float) Math.floor(u * (2 * most + 1)) - most; }

    /** The sum over all pixels of the plane, each weighted by its distance along both axes. */
    private static double seen(Operands in, int i) {
        Shape s = in.result();
        double u = place(in, in, i, 0).value(), v = place(in, in, i, 3).value(), sum = 0;
        int plane = i / (s.h() * s.w());
        for (int j = 0; j < s.h(); j++)
            for (int k = 0; k < s.w(); k++)
                sum += in.in(0)[(plane * s.h() + j) * s.w() + k] * near(u - k) * near(v - j);
        return sum;
    }

    private static double near(double distance) { return distance > -1 && distance < 1 ? 1 - Math.abs(distance) : 0; }

    /** Where element {@code i} of the result is looked for: the three rows of the maps from {@code row} on. */
    private static Approx place(Operands v, Operands e, int i, int row) {
        Shape s = v.result();
        int x = i % s.w(), y = i / s.w() % s.h(), image = i / (s.w() * s.h() * s.c());
        var map = new Approx[3];
        for (int k = 0; k < 3; k++) {
            int at = (row + k) * s.n() + image;
            map[k] = new Approx(v.in(1)[at], e.in(1)[at]);
        }
        return map[0].times(Approx.exact(x)).plus(map[1].times(Approx.exact(y)).plus(map[2]));
    }
}
