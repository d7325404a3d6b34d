package org.gabor.graph;

import java.util.List;

/** Random changes of the images of a training step, drawn from counter-based random numbers. */
public sealed interface Augmentation extends Op {
    /** Numbers of an affine map. */
    int COEFFICIENTS = 6;

    /**
     * For each of {@code n} images a random affine map from the pixels (x, y) of the distorted image to places (x', y') of
     * the image itself: x' = a x + b y + s, y' = c x + d y + t. Inputs seed I32 [2] (low word, high word), step I32 [1], epoch
     * I32 [1]; result F32 [6,n], the rows a, b, s, c, d, t.
     *
     * <p>With u_k in [0, 1) made of the upper 24 bits of word 8 i + k of the random stream ({@link org.gabor.random.Stream})
     * of seed, {@code stream}, step and epoch, the map of image i is, in 32-bit floats, each operation rounded for itself and
     * in this order:
     *
     * <pre>
     * f = -1 if u_0 &lt; flip, else 1
     * p = (floor(u_1 (2 columns + 1)) - columns) + (w - 1) / 2        columns = floor(shift w)
     * q = (floor(u_2 (2 rows + 1)) - rows) + (h - 1) / 2              rows = floor(shift h)
     * r = (2 u_3 - 1) tan(rotation / 2)
     * z = least + u_4 (most - least)
     * m = 1 / (1 + r r),  A = (1 - r r) m / z,  B = (r + r) m / z     cosine and sine of the angle 2 arctan r, by the scale
     * a = f A,  b = f B,  s = (w - 1) / 2 - f (A p + B q)
     * c = -B,   d = A,    t = (h - 1) / 2 + (B p - A q)
     * </pre>
     *
     * So it is the same to the last bit everywhere, and exact where {@link Distortion#isWhole}.
     *
     * @param limits how far images may be moved
     * @param n images
     * @param h their height
     * @param w their width
     * @param stream number of the random stream
     */
    record DrawMaps(Distortion limits, int n, int h, int w, int stream) implements Augmentation {
        /** Random words that an image has: two blocks of them. */
        public static final int WORDS = 8;

        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 3);
            check(in.get(0).equals(TensorType.i32(2)) && in.get(1).equals(TensorType.i32(1))
                    && in.get(2).equals(TensorType.i32(1)), "seed, step and epoch must be i32 2, 1 and 1, got %s", in);
            check(n > 0 && h > 0 && w > 0, "%d images of %dx%d", n, h, w);
            return TensorType.f32(COEFFICIENTS, n);
        }

        /** Largest shift to the right, and to the left, in pixels. */
        public int columns() { return (int) (limits.shift() * w); }

        /** Largest shift downwards, and upwards, in pixels. */
        public int rows() { return (int) (limits.shift() * h); }

        /** tan(rotation / 2). */
        public float tangent() { return (float) StrictMath.tan(StrictMath.toRadians(limits.rotation()) / 2); }

        /** The smallest scale. */
        public float least() { return (float) limits.least(); }

        /** most - least. */
        public float range() { return (float) (limits.most() - limits.least()); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /**
     * Images as affine maps place them, pixels interpolated between their four neighbours; outside of an image all is 0.
     * Inputs x U8 [n,c,h,w] and the maps F32 [6,n] of {@link DrawMaps}; result F32 [n,c,h,w] in 0 ... 255. With the place u =
     * a x + (b y + s), v = c x + (d y + t) of pixel (x, y), the columns i = min(max(floor(u), 0), max(w - 2, 0)) and i + 1,
     * the rows j and j + 1 alike, and the weights k(u, i) = max(0, 1 - |u - i|), it is
     *
     * <pre>
     * (x[j,i] k(u,i) + x[j,i+1] k(u,i+1)) k(v,j) + (x[j+1,i] k(u,i) + x[j+1,i+1] k(u,i+1)) k(v,j+1)
     * </pre>
     *
     * in 32-bit floats, each operation rounded for itself and in this order; x[j,i+1] is 0 if w is 1, and x[j+1,i] if h is. A
     * weight that is not a number counts as 0. At whole numbers u and v it is the pixel itself.
     */
    record Warp() implements Augmentation {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape x = in.get(0).shape();
            check(x.rank() == 4 && in.get(0).dtype() == DType.U8, "the images must be u8 n,c,h,w, got %s", in.get(0));
            check(in.get(1).equals(TensorType.f32(COEFFICIENTS, x.n())), "the maps must be f32 %d,%d, got %s",
                    COEFFICIENTS, x.n(), in.get(1));
            return new TensorType(x, DType.F32);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }
}
