package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/**
 * Every {@code stride}-th pixel of a data gradient, along one axis: the pixels that are reached by the same taps.
 * Pixel {@code first + i stride} takes tap {@code firstTap + u stride} of output pixel {@code base + i - u}.
 *
 * @param first the first pixel
 * @param count how many pixels
 * @param firstTap the first tap that reaches them
 * @param taps how many taps, 0 if none does
 * @param base output pixel that the first tap brings to the first pixel
 */
record Phase(int first, int count, int firstTap, int taps, int base) {
    /** The phases of {@code size} pixels under {@code kernel} taps with {@code padding} before the first pixel. */
    static List<Phase> of(int size, int kernel, int stride, int padding) {
        var phases = new ArrayList<Phase>();
        for (int first = 0; first < Math.min(stride, size); first++) {
            int tap = (first + padding) % stride;
            int taps = tap < kernel ? Math.ceilDiv(kernel - tap, stride) : 0;
            int count = Math.ceilDiv(size - first, stride), base = (first + padding - tap) / stride;
            phases.add(new Phase(first, count, tap, taps, base));
        }
        return phases;
    }

    /** Rows and columns around x that a convolution reads. */
    static int haloOfInput(Window w, Shape x) {
        int below = (w.p(x.h()) - 1) * w.strideH() - w.top() + w.r() - x.h();
        int right = (w.q(x.w()) - 1) * w.strideW() - w.left() + w.s() - x.w();
        return Math.max(Math.max(Math.max(w.top(), w.left()), Math.max(below, right)), 0);
    }

    /** Rows and columns around dy that a data gradient of shape {@code x} reads. */
    static int haloOfGradient(Window w, Shape x) {
        int rows = halo(of(x.h(), w.r(), w.strideH(), w.top()), w.p(x.h()));
        return Math.max(rows, halo(of(x.w(), w.s(), w.strideW(), w.left()), w.q(x.w())));
    }

    private static int halo(List<Phase> phases, int outputs) {
        int halo = 0;
        for (Phase p : phases) {
            if (p.taps == 0) continue;
            halo = Math.max(halo, Math.max(p.taps - 1 - p.base, p.base + p.count - outputs));
        }
        return halo;
    }
}
