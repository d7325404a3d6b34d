package org.gabor.cpu.assemble;

import static org.gabor.cpu.assemble.Vector.VADDPD;
import static org.gabor.cpu.assemble.Vector.VDIVPD;
import static org.gabor.cpu.assemble.Vector.VFMADD213PD;
import static org.gabor.cpu.assemble.Vector.VFMADD231PD;
import static org.gabor.cpu.assemble.Vector.VFNMADD231PD;
import static org.gabor.cpu.assemble.Vector.VMAXPD;
import static org.gabor.cpu.assemble.Vector.VMINPD;
import static org.gabor.cpu.assemble.Vector.VMULPD;
import static org.gabor.cpu.assemble.Vector.VPADDQ;
import static org.gabor.cpu.assemble.Vector.VPAND;
import static org.gabor.cpu.assemble.Vector.VPOR;
import static org.gabor.cpu.assemble.Vector.VPSLLQ;
import static org.gabor.cpu.assemble.Vector.VPSRLQ;
import static org.gabor.cpu.assemble.Vector.VSUBPD;

/** Exponentials and logarithms of vectors of doubles, in place. A NaN stays one. */
final class DoubleFunctions {
    /** Terms of (e^r - 1) / r for results that are rounded to floats: a relative error below 3e-11. */
    static final int SHORT = 9;
    /** Terms for a relative error below 1e-15. */
    static final int LONG = 14;

    private static final double LOG2_E = 1.4426950408889634;
    // ln 2 in two parts: the first has 21 trailing zero bits, so that k LN2_HIGH is exact (fdlibm's e_exp.c)
    private static final double LN2_HIGH = 0.6931471803691238;
    private static final double LN2_LOW = 1.9082149292705877e-10;
    /** Added to a number below 2^51, it leaves the nearest integer in the lower bits. */
    private static final double TO_INTEGER = 0x1.8p52;
    private static final int EXPONENT_BIAS = 1023;
    private static final int MANTISSA_BITS = 52;
    private static final int SERIES = 16;

    private DoubleFunctions() {}

    /** v = e^v, where v is taken as -708 below and as 700 above; a and b are used up. */
    static void exp(Assembler x, int terms, int v, int a, int b) {
        reduce(x, terms, v, a, b);
        x.op(VFMADD213PD, v, a, a);
    }

    /** v = e^v - 1 with its digits near zero, v within the same limits; a and b are used up. */
    static void expLessOne(Assembler x, int terms, int v, int a, int b) {
        reduce(x, terms, v, a, b);
        x.op(VSUBPD, b, a, x.literal(1.0));
        x.op(VFMADD213PD, v, a, b);
    }

    /** With v = k ln 2 + r and |r| at most ln 2 / 2: v = e^r - 1, a = 2^k. */
    private static void reduce(Assembler x, int terms, int v, int a, int b) {
        // of a number and a NaN the second is taken
        x.load(a, x.literal(700.0));
        x.op(VMINPD, v, a, v);
        x.load(a, x.literal(-708.0));
        x.op(VMAXPD, v, a, v);
        x.load(a, x.literal(TO_INTEGER));
        x.op(VFMADD231PD, a, v, x.literal(LOG2_E));
        x.op(VSUBPD, b, a, x.literal(TO_INTEGER));
        x.op(VFNMADD231PD, v, b, x.literal(LN2_HIGH));
        x.op(VFNMADD231PD, v, b, x.literal(LN2_LOW));
        double factorial = 1;
        for (int i = 2; i <= terms; i++) factorial *= i;
        x.load(b, x.literal(1 / factorial));
        for (int i = terms; i > 1; i--) {
            factorial /= i;
            x.op(VFMADD213PD, b, v, x.literal(1 / factorial));
        }
        x.op(VMULPD, v, v, b);
        x.op(VPADDQ, a, a, x.literal((long) EXPONENT_BIAS));
        x.shift(VPSLLQ, a, a, MANTISSA_BITS);
    }

    /** p = the polynomial of u with these coefficients, the highest first. */
    static void polynomial(Assembler x, int p, int u, double... coefficients) {
        x.load(p, x.literal(coefficients[0]));
        for (int i = 1; i < coefficients.length; i++) x.op(VFMADD213PD, p, u, x.literal(coefficients[i]));
    }

    /** v = 1 / (1 + v). */
    static void reciprocalOfOnePlus(Assembler x, int v, int a) {
        x.op(VADDPD, v, v, x.literal(1.0));
        x.load(a, x.literal(1.0));
        x.op(VDIVPD, v, a, v);
    }

    /** v = the natural logarithm of v, a finite normal number above 0; a, b and c are used up. */
    static void log(Assembler x, int v, int a, int b, int c) {
        // v = 2^k m with m from 1 to 2; k becomes a double below the bits of 2^52
        x.shift(VPSRLQ, a, v, MANTISSA_BITS);
        x.op(VPOR, a, a, x.literal(0x1p52));
        x.op(VSUBPD, a, a, x.literal(0x1p52 + EXPONENT_BIAS));
        x.op(VPAND, b, v, x.literal((1L << MANTISSA_BITS) - 1));
        x.op(VPOR, b, b, x.literal(1.0));
        // times 0, a NaN is not lost
        x.op(VMULPD, v, v, x.literal(0.0));
        x.op(VFMADD231PD, v, a, x.literal(LN2_LOW));
        x.op(VFMADD231PD, v, a, x.literal(LN2_HIGH));
        x.op(VADDPD, a, b, x.literal(1.0));
        x.op(VSUBPD, b, b, x.literal(1.0));
        x.op(VDIVPD, b, b, a);
        addTwiceArtanh(x, v, b, a, c);
    }

    /** v = log(1 + v) for v from 0 to 1; a, b and c are used up. */
    static void logOfOnePlus(Assembler x, int v, int a, int b, int c) {
        x.op(VADDPD, a, v, x.literal(2.0));
        x.op(VDIVPD, b, v, a);
        x.zero(v);
        addTwiceArtanh(x, v, b, a, c);
    }

    /** v += 2 artanh s for s up to 1/3, by its series; s, q and p are used up. */
    private static void addTwiceArtanh(Assembler x, int v, int s, int q, int p) {
        x.op(VMULPD, q, s, s);
        x.load(p, x.literal(2.0 / (2 * SERIES + 1)));
        for (int i = SERIES - 1; i >= 0; i--) x.op(VFMADD213PD, p, q, x.literal(2.0 / (2 * i + 1)));
        x.op(VFMADD231PD, v, p, s);
    }
}
