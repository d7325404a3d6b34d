package org.gabor.cpu.assemble;

import static org.gabor.cpu.assemble.DoubleFunctions.SHORT;
import static org.gabor.cpu.assemble.Vector.VADDPD;
import static org.gabor.cpu.assemble.Vector.VDIVPD;
import static org.gabor.cpu.assemble.Vector.VFMADD213PD;
import static org.gabor.cpu.assemble.Vector.VFNMADD213PD;
import static org.gabor.cpu.assemble.Vector.VMAXPD;
import static org.gabor.cpu.assemble.Vector.VMINPD;
import static org.gabor.cpu.assemble.Vector.VMULPD;
import static org.gabor.cpu.assemble.Vector.VPAND;
import static org.gabor.cpu.assemble.Vector.VPOR;
import static org.gabor.cpu.assemble.Vector.VPXOR;
import static org.gabor.cpu.assemble.Vector.VSUBPD;

import org.gabor.graph.Activation;

/** Activation functions with exponentials and their derivatives, on vectors of doubles, in place: v = f(v) or f'(v). */
final class SmoothFunctions {
    private static final long SIGN = Long.MIN_VALUE;
    private static final double INVERSE_SQRT_2_PI = 0.3989422804014327;
    private static final double SQRT_2_OVER_PI = 0.7978845608028654;
    /** GELU by tanh is x sigmoid(2 u) with 2 u = LINEAR x + CUBIC x^3. */
    private static final double LINEAR = 2 * SQRT_2_OVER_PI;
    private static final double CUBIC = 0.044715 * LINEAR;
    /**
     * The tail Phi(-a) of the standard normal distribution is t p(u) e^(-a^2 / 2) with t = 1 / (1 + 0.3 a) and u = 2 t - 1,
     * with a relative error below 3e-9.
     */
    private static final double[] TAIL = {-1.147747703870391e-06, 9.316935275254248e-07, 9.21465460914414e-06,
            -1.1672503071221951e-05, -4.864401133635798e-05, 9.039893086615075e-05, 0.00028320037069161613,
            -0.000575712076431104, -0.0024238069628557853, 0.0018171452602328247, 0.027760357321762654, 0.08654963691481243,
            0.1645794843015439, 0.22197061383894262};

    private SmoothFunctions() {}

    /** v = f(v); a, b and c are used up. */
    static void apply(Assembler x, Activation f, int v, int a, int b, int c) {
        switch (f) {
            case Activation.Tanh _ -> tanh(x, v, a, b, c);
            case Activation.Sigmoid _ -> {
                x.op(VPXOR, v, v, x.literal(SIGN));
                DoubleFunctions.exp(x, SHORT, v, a, b);
                DoubleFunctions.reciprocalOfOnePlus(x, v, a);
            }
            case Activation.Elu e -> {
                x.zero(c);
                x.op(VMINPD, a, c, v);
                x.op(VMAXPD, v, c, v);
                x.move(c, a);
                DoubleFunctions.expLessOne(x, SHORT, c, a, b);
                x.op(VMULPD, c, c, x.literal(e.alpha()));
                x.op(VADDPD, v, v, c);
            }
            case Activation.Silu _ -> {
                sigmoid(x, c, v, a, b);
                x.op(VMULPD, v, v, c);
            }
            case Activation.Gelu _ -> {
                // max(v, 0) - |v| Phi(-|v|) keeps its digits in both tails
                tail(x, v, a, b, c);
                x.op(VMULPD, a, a, b);
                x.op(VPAND, b, v, x.literal(Long.MAX_VALUE));
                x.op(VMULPD, a, a, b);
                x.zero(b);
                x.op(VMAXPD, v, b, v);
                x.op(VSUBPD, v, v, a);
            }
            case Activation.GeluTanh _ -> {
                gate(x, v, c, a, b);
                x.op(VMULPD, v, v, c);
            }
            default -> throw new IllegalArgumentException(f + " has no exponentials");
        }
    }

    /** v = f'(v); a, b and c are used up. */
    static void slope(Assembler x, Activation f, int v, int a, int b, int c) {
        switch (f) {
            case Activation.Silu _ -> {
                // s (1 + v (1 - s))
                sigmoid(x, c, v, a, b);
                x.load(a, x.literal(1.0));
                x.op(VSUBPD, a, a, c);
                x.op(VFMADD213PD, v, a, x.literal(1.0));
                x.op(VMULPD, v, v, c);
            }
            case Activation.Gelu _ -> {
                // with g = |v| Phi'(v) - Phi(-|v|): 1 + g above 0, -g below
                tail(x, v, a, b, c);
                x.op(VPAND, c, v, x.literal(Long.MAX_VALUE));
                x.op(VMULPD, c, c, x.literal(INVERSE_SQRT_2_PI));
                x.op(VSUBPD, c, c, b);
                x.op(VFMADD213PD, c, a, x.literal(0.5));
                x.op(VPAND, v, v, x.literal(SIGN));
                x.op(VPXOR, v, v, c);
                x.op(VADDPD, v, v, x.literal(0.5));
            }
            case Activation.GeluTanh _ -> {
                // s + v s (1 - s) (LINEAR + 3 CUBIC v^2)
                gate(x, v, c, a, b);
                x.op(VMULPD, a, v, v);
                x.load(b, x.literal(3 * CUBIC));
                x.op(VFMADD213PD, a, b, x.literal(LINEAR));
                x.op(VMULPD, v, v, a);
                x.move(a, c);
                x.op(VFNMADD213PD, a, c, c);
                x.op(VFMADD213PD, v, a, c);
            }
            default -> throw new IllegalArgumentException("the slope of " + f + " has no exponentials");
        }
    }

    /** With q = e^(2 |v|) - 1 it is q / (q + 2), with the sign of v. */
    private static void tanh(Assembler x, int v, int a, int b, int c) {
        x.op(VPAND, c, v, x.literal(SIGN));
        x.op(VPXOR, v, v, c);
        x.op(VADDPD, v, v, v);
        DoubleFunctions.expLessOne(x, SHORT, v, a, b);
        x.op(VADDPD, a, v, x.literal(2.0));
        x.op(VDIVPD, v, v, a);
        x.op(VPOR, v, v, c);
    }

    /** s = 1 / (1 + e^-v). */
    private static void sigmoid(Assembler x, int s, int v, int a, int b) {
        x.op(VPXOR, s, v, x.literal(SIGN));
        DoubleFunctions.exp(x, SHORT, s, a, b);
        DoubleFunctions.reciprocalOfOnePlus(x, s, a);
    }

    /** s = sigmoid(2 u), which GELU by tanh multiplies v with. */
    private static void gate(Assembler x, int v, int s, int a, int b) {
        x.op(VMULPD, s, v, v);
        x.load(a, x.literal(-CUBIC));
        x.op(VFMADD213PD, s, a, x.literal(-LINEAR));
        x.op(VMULPD, s, s, v);
        DoubleFunctions.exp(x, SHORT, s, a, b);
        DoubleFunctions.reciprocalOfOnePlus(x, s, a);
    }

    /** a = e^(-v^2 / 2), b = Phi(-|v|) / a. */
    private static void tail(Assembler x, int v, int a, int b, int c) {
        x.op(VMULPD, a, v, v);
        x.op(VMULPD, a, a, x.literal(-0.5));
        DoubleFunctions.exp(x, SHORT, a, b, c);
        x.op(VPAND, c, v, x.literal(Long.MAX_VALUE));
        x.op(VMULPD, c, c, x.literal(0.3));
        DoubleFunctions.reciprocalOfOnePlus(x, c, b);
        x.op(VADDPD, c, c, c);
        x.op(VSUBPD, c, c, x.literal(1.0));
        DoubleFunctions.polynomial(x, b, c, TAIL);
        x.op(VADDPD, c, c, x.literal(1.0));
        x.op(VMULPD, b, b, c);
        x.op(VMULPD, b, b, x.literal(0.5));
    }
}
