package org.gabor.cpu.assemble;

import static org.gabor.cpu.assemble.Vector.VDIVPS;
import static org.gabor.cpu.assemble.Vector.VFMADD213PS;
import static org.gabor.cpu.assemble.Vector.VFNMADD231PS;
import static org.gabor.cpu.assemble.Vector.VMULPD;

import org.gabor.cpu.assemble.Assembler.Comparison;
import org.gabor.graph.Activation;

/**
 * Activation functions and their derivatives on vectors of floats. Those with exponentials are computed in doubles, half a
 * vector at a time, and rounded once; the others are as {@link Activation} writes them. The sign of a zero is not kept
 * track of.
 *
 * <p>Scratch vectors are given as {@code t}, are used up, and differ from each other and from all operands. The result may
 * be one of the operands. Masks take number 7.
 */
final class VectorFunctions {
    /** Scratch vectors that are enough for every {@link #apply}. */
    static final int APPLY_SCRATCH = 4;
    /** Scratch vectors that are enough for every {@link #slope}. */
    static final int SLOPE_SCRATCH = 5;
    /** The mask register that is used up with AVX-512. */
    static final int MASK = 7;

    private VectorFunctions() {}

    /** How many scratch vectors {@link #apply} needs: 1, 2 or {@link #APPLY_SCRATCH}. */
    static int scratch(Activation f) {
        return switch (f) {
            case Activation.Relu _,Activation.Relu6 _,Activation.LeakyRelu _,Activation.Affine _ -> 1;
            case Activation.Reciprocal _,Activation.HardSigmoid _ -> 1;
            case Activation.HardSwish _ -> 2;
            case Activation.Tanh _,Activation.Sigmoid _,Activation.Elu _,Activation.Silu _ -> APPLY_SCRATCH;
            case Activation.Gelu _,Activation.GeluTanh _ -> APPLY_SCRATCH;
        };
    }

    /** d = f(s). */
    static void apply(Assembler x, Activation f, int d, int s, int... t) {
        switch (f) {
            case Activation.Relu _ -> {
                // of a number and a NaN the second is taken
                x.zero(t[0]);
                x.max(d, t[0], s);
            }
            case Activation.Relu6 _ -> clamp(x, d, s, t[0]);
            case Activation.LeakyRelu l -> {
                x.mul(t[0], s, x.literal((float) l.slope()));
                if (l.slope() <= 1) x.max(d, t[0], s);
                else x.min(d, t[0], s);
            }
            case Activation.Affine a -> {
                x.load(t[0], x.literal((float) a.scale()));
                x.op(VFMADD213PS, t[0], s, x.literal((float) a.shift()));
                x.move(d, t[0]);
            }
            case Activation.Reciprocal _ -> {
                x.load(t[0], x.literal(1f));
                x.op(VDIVPS, d, t[0], s);
            }
            case Activation.HardSigmoid _ -> {
                x.add(d, s, x.literal(3f));
                clamp(x, d, d, t[0]);
                x.op(VDIVPS, d, d, x.literal(6f));
            }
            case Activation.HardSwish _ -> {
                x.add(t[1], s, x.literal(3f));
                clamp(x, t[1], t[1], t[0]);
                x.op(VDIVPS, t[1], t[1], x.literal(6f));
                x.mul(d, t[1], s);
            }
            default -> {
                x.upper(t[0], s);
                x.widen(t[0], t[0]);
                x.widen(d, s);
                SmoothFunctions.apply(x, f, d, t[1], t[2], t[3]);
                SmoothFunctions.apply(x, f, t[0], t[1], t[2], t[3]);
                x.narrow(d, d, t[0], t[1]);
            }
        }
    }

    /** d = min(max(s, 0), 6). */
    private static void clamp(Assembler x, int d, int s, int t) {
        x.zero(t);
        x.max(d, t, s);
        x.load(t, x.literal(6f));
        x.min(d, t, d);
    }

    /**
     * d = f'(v) dy, where v is the input of f if {@link Activation#slopeOfInput}, else its result. Takes
     * {@link #SLOPE_SCRATCH} scratch vectors.
     */
    static void slope(Assembler x, Activation f, int d, int v, int dy, int... t) {
        switch (f) {
            case Activation.Relu _ -> x.keep(d, positive(x, v, t[0]), dy);
            case Activation.LeakyRelu l -> {
                x.mul(t[1], dy, x.literal((float) l.slope()));
                x.choose(d, positive(x, v, t[0]), dy, t[1]);
            }
            case Activation.Elu e -> {
                x.add(t[1], v, x.literal((float) e.alpha()));
                x.mul(t[1], t[1], dy);
                x.choose(d, positive(x, v, t[0]), dy, t[1]);
            }
            case Activation.Relu6 _ -> between(x, d, v, dy, 6, t);
            case Activation.HardSigmoid _ -> {
                x.mul(t[2], dy, x.literal(1 / 6f));
                between(x, d, v, t[2], 1, t);
            }
            case Activation.HardSwish _ -> hardSwishSlope(x, d, v, dy, t);
            case Activation.Affine a -> x.mul(d, dy, x.literal((float) a.scale()));
            case Activation.Reciprocal _ -> {
                x.mul(t[0], v, v);
                x.mul(t[0], t[0], dy);
                x.zero(t[1]);
                x.sub(d, t[1], t[0]);
            }
            case Activation.Tanh _ -> {
                x.load(t[0], x.literal(1f));
                x.op(VFNMADD231PS, t[0], v, v);
                x.mul(d, t[0], dy);
            }
            case Activation.Sigmoid _ -> {
                x.load(t[0], x.literal(1f));
                x.sub(t[0], t[0], v);
                x.mul(t[0], t[0], v);
                x.mul(d, t[0], dy);
            }
            case Activation.Silu _,Activation.Gelu _,Activation.GeluTanh _ -> {
                x.widen(t[0], v);
                SmoothFunctions.slope(x, f, t[0], t[1], t[2], t[3]);
                x.widen(t[1], dy);
                x.op(VMULPD, t[0], t[0], t[1]);
                x.upper(t[4], v);
                x.widen(t[4], t[4]);
                SmoothFunctions.slope(x, f, t[4], t[1], t[2], t[3]);
                x.upper(t[1], dy);
                x.widen(t[1], t[1]);
                x.op(VMULPD, t[4], t[4], t[1]);
                x.narrow(d, t[0], t[4], t[1]);
            }
        }
    }

    /** The mask of v > 0. */
    private static Mask positive(Assembler x, int v, int t) {
        var mask = new Mask(MASK, t);
        x.zero(t);
        x.compare(mask, Comparison.GREATER, v, t);
        return mask;
    }

    /** d = dy where v is above 0 and below {@code high}, else 0. */
    private static void between(Assembler x, int d, int v, int dy, float high, int... t) {
        x.keep(t[1], positive(x, v, t[0]), dy);
        var mask = new Mask(MASK, t[0]);
        x.load(t[0], x.literal(high));
        x.compare(mask, Comparison.LESS, v, t[0]);
        x.keep(d, mask, t[1]);
    }

    private static void hardSwishSlope(Assembler x, int d, int v, int dy, int... t) {
        var mask = new Mask(MASK, t[1]);
        x.add(t[0], v, v);
        x.add(t[0], t[0], x.literal(3f));
        x.op(VDIVPS, t[0], t[0], x.literal(6f));
        x.load(t[1], x.literal(-3f));
        x.compare(mask, Comparison.AT_MOST, v, t[1]);
        x.zero(t[2]);
        x.choose(t[0], mask, t[2], t[0]);
        x.load(t[1], x.literal(3f));
        x.compare(mask, Comparison.AT_LEAST, v, t[1]);
        x.load(t[2], x.literal(1f));
        x.choose(t[0], mask, t[2], t[0]);
        x.mul(d, t[0], dy);
    }
}
