package org.gabor.nn;

import org.gabor.graph.Shape;
import org.gabor.random.Stream;

/**
 * How a parameter is filled before training. Fan-in and fan-out are those of a dense weight [out,in] or a filter
 * [k,c,r,s]: c r s and k r s. A pure function of shape and stream.
 */
public enum Init {
    /** All 0. */
    ZERO,
    /** All 1. */
    ONE,
    /** All 0.25: the first slopes of a PReLU (He et al. 2015). */
    QUARTER,
    /** Row 0 of [2,c] all 0, row 1 all 1: mean and variance before any data. */
    MEAN0_VARIANCE1,
    /** Normal with variance 2 / fan-in, for ReLU (He et al. 2015). */
    HE_NORMAL,
    /** Uniform with variance 2 / fan-in. */
    HE_UNIFORM,
    /** Normal with variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010). */
    GLOROT_NORMAL,
    /** Uniform with variance 2 / (fan-in + fan-out). */
    GLOROT_UNIFORM,
    /** Normal with variance 1 / fan-in, for tanh (LeCun et al. 1998). */
    LECUN_NORMAL,
    /** Uniform in +-1 / sqrt(fan-in): what PyTorch gives convolutions and dense layers. */
    FAN_IN_UNIFORM;

    /** The first values of a parameter. */
    public float[] values(Shape shape, Stream random) {
        var v = new float[Math.toIntExact(shape.size())];
        int half = v.length / 2;
        for (int i = 0; i < v.length; i++)
            v[i] = (float) switch (this) {
                case ZERO -> 0;
                case ONE -> 1;
                case QUARTER -> 0.25;
                case MEAN0_VARIANCE1 -> i < half ? 0 : 1;
                case HE_NORMAL -> random.normal(i) * Math.sqrt(2 / fanIn(shape));
                case HE_UNIFORM -> symmetric(random, i) * Math.sqrt(6 / fanIn(shape));
                case GLOROT_NORMAL -> random.normal(i) * Math.sqrt(2 / (fanIn(shape) + fanOut(shape)));
                case GLOROT_UNIFORM -> symmetric(random, i) * Math.sqrt(6 / (fanIn(shape) + fanOut(shape)));
                case LECUN_NORMAL -> random.normal(i) / Math.sqrt(fanIn(shape));
                case FAN_IN_UNIFORM -> symmetric(random, i) / Math.sqrt(fanIn(shape));
            };
        return v;
    }

    private static double symmetric(Stream random, int i) { return 2.0 * random.uniform(i) - 1; }

    private static double fanIn(Shape s) { return (double) s.size() / s.dim(0); }

    private static double fanOut(Shape s) { return (double) s.size() / s.dim(1); }
}
