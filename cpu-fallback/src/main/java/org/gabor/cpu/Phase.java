package org.gabor.cpu;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/**
 * Every {@code stride}-th pixel of a data gradient, along one axis: the pixels that are reached by the same taps.
 * Pixel {@code first + i stride} takes tap {@code firstTap + u tapStep} of output pixel {@code base + i - u outputStep}.
 * With g the greatest common divisor of stride and dilation, {@code tapStep} is stride / g and {@code outputStep} is
 * dilation / g.
 *
 * @param first the first pixel
 * @param count how many pixels
 * @param firstTap the first tap that reaches them
 * @param taps how many taps, 0 if none does
 * @param base output pixel that the first tap brings to the first pixel
 * @param tapStep from tap to tap
 * @param outputStep from output pixel to output pixel as the taps go on
 */
record Phase(int first, int count, int firstTap, int taps, int base, int tapStep, int outputStep) {
    /** The phases of {@code size} pixels along an axis of a window. */
    private static List<Phase> of(int size, int kernel, int stride, int dilation, int padding) {
        var phases = new ArrayList<Phase>();
        int divisor = BigInteger.valueOf(stride).gcd(BigInteger.valueOf(dilation)).intValue(), tapStep = stride / divisor;
        for (int first = 0; first < Math.min(stride, size); first++) {
            int tap = 0;
            while (tap < Math.min(kernel, tapStep) && (first + padding - tap * dilation) % stride != 0) tap++;
            int taps = tap < Math.min(kernel, tapStep) ? Math.ceilDiv(kernel - tap, tapStep) : 0;
            phases.add(new Phase(first, Math.ceilDiv(size - first, stride), tap, taps,
                    Math.floorDiv(first + padding - tap * dilation, stride), tapStep, dilation / divisor));
        }
        return phases;
    }

    /** The phases of the rows of x. */
    static List<Phase> rows(Window w, Shape x) { return of(x.h(), w.r(), w.strideH(), w.dilationH(), w.top()); }

    /** The phases of the columns of x. */
    static List<Phase> columns(Window w, Shape x) { return of(x.w(), w.s(), w.strideW(), w.dilationW(), w.left()); }

    /** Rows and columns around x that a convolution reads. */
    static int haloOfInput(Window w, Shape x) {
        int below = (w.p(x.h()) - 1) * w.strideH() - w.top() + w.spanH() - x.h();
        int right = (w.q(x.w()) - 1) * w.strideW() - w.left() + w.spanW() - x.w();
        return Math.max(Math.max(Math.max(w.top(), w.left()), Math.max(below, right)), 0);
    }

    /** Rows and columns around dy that a data gradient of shape {@code x} reads. */
    static int haloOfGradient(Window w, Shape x) {
        return Math.max(halo(rows(w, x), w.p(x.h())), halo(columns(w, x), w.q(x.w())));
    }

    private static int halo(List<Phase> phases, int outputs) {
        int halo = 0;
        for (Phase p : phases) {
            if (p.taps == 0) continue;
            halo = Math.max(halo, Math.max((p.taps - 1) * p.outputStep - p.base, p.base + p.count - outputs));
        }
        return halo;
    }
}
