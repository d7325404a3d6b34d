package org.gabor.tests.oracle;

import org.gabor.graph.DType;
import org.gabor.graph.TensorType;

/** bfloat16: 8 bits of significand, the exponents of a 32-bit float. */
final class Bf16 {
    /** The unit roundoff. */
    static final double U = 0x1p-9;
    private static final int BITS = 8;
    private static final int LEAST_EXPONENT = -126;
    private static final double LARGEST = 0x1.FEp127;

    private Bf16() {}

    /** The values as they are stored: rounded where the type is BF16. */
    static double[] stored(TensorType type, double... values) {
        if (type.dtype() == DType.BF16) for (int i = 0; i < values.length; i++) values[i] = nearest(values[i]);
        return values;
    }

    /** The nearest bfloat16, of two equally near ones that with the even significand; infinity beyond the largest. */
    static double nearest(double x) {
        if (x == 0 || Double.isNaN(x) || Double.isInfinite(x)) return x;
        int exponent = Math.max(Math.getExponent(x), LEAST_EXPONENT);
        double unit = Math.scalb(1.0, exponent - BITS + 1);
        double rounded = Math.rint(x / unit) * unit;
        return Math.abs(rounded) > LARGEST ? Math.copySign(Double.POSITIVE_INFINITY, x) : rounded;
    }
}
