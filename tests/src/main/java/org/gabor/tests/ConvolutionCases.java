package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Window;

/** Convolution and its gradients over awkward shapes. */
final class ConvolutionCases {
    private ConvolutionCases() {}

    /** Image n,c,h,w, k filters, window. */
    record Conv(int n, int c, int h, int w, int k, Window window) {
        int p() { return window.p(h); }

        int q() { return window.q(w); }
    }

    private static final List<Conv> SHAPES = List.of(
            new Conv(1, 1, 1, 1, 1, Window.of(1, 1, 0)),
            new Conv(1, 17, 1, 1, 16, Window.of(1, 1, 0)),
            new Conv(16, 6, 1, 1, 17, Window.of(1, 1, 0)),
            new Conv(2, 64, 7, 7, 17, Window.of(1, 1, 0)),
            new Conv(2, 16, 8, 8, 16, Window.of(1, 2, 0)),
            new Conv(16, 16, 7, 7, 3, Window.of(1, 2, 0)),
            // kernel as large as the image, and larger than it
            new Conv(1, 1, 5, 5, 1, Window.of(5, 1, 0)),
            new Conv(33, 3, 4, 4, 6, Window.of(4, 1, 0)),
            new Conv(2, 3, 5, 5, 3, Window.of(6, 1, 1)),
            new Conv(3, 5, 4, 4, 7, Window.of(4, 1, 3)),
            new Conv(1, 1, 3, 3, 2, Window.of(3, 1, 2)),
            // stride larger than the kernel, rows that no window covers
            new Conv(1, 2, 11, 11, 3, Window.of(2, 3, 0)),
            new Conv(16, 3, 7, 8, 4, Window.of(1, 3, 0)),
            new Conv(3, 2, 10, 10, 2, Window.of(3, 2, 0)),
            new Conv(17, 3, 6, 8, 2, Window.of(3, 2, 0)),
            // padding that differs from side to side
            new Conv(2, 4, 8, 8, 4, new Window(3, 3, 2, 2, 0, 0, 1, 1)),
            new Conv(1, 3, 6, 9, 2, new Window(3, 2, 2, 1, 1, 0, 2, 3)),
            new Conv(16, 3, 5, 5, 3, new Window(2, 2, 1, 1, 0, 1, 1, 0)),
            new Conv(2, 3, 1, 9, 2, new Window(1, 3, 1, 1, 0, 1, 0, 1)),
            new Conv(2, 3, 9, 1, 2, new Window(3, 1, 2, 1, 0, 0, 0, 0)),
            // the usual ones: LeNet and ResNet layers, batches on both sides of sixteen
            new Conv(2, 3, 7, 6, 4, Window.of(3, 1, 1)),
            new Conv(1, 3, 8, 8, 5, Window.of(3, 2, 1)),
            new Conv(2, 3, 9, 7, 5, Window.of(5, 3, 2)),
            new Conv(1, 6, 13, 13, 3, Window.of(7, 2, 3)),
            new Conv(16, 1, 28, 28, 6, Window.of(5, 1, 2)),
            new Conv(32, 1, 12, 12, 6, Window.of(5, 1, 0)),
            new Conv(33, 1, 9, 9, 6, Window.of(5, 1, 2)),
            new Conv(17, 6, 10, 10, 16, Window.of(5, 1, 0)),
            new Conv(16, 6, 14, 14, 16, Window.of(5, 1, 0)),
            new Conv(17, 3, 8, 8, 16, Window.of(3, 1, 1)),
            new Conv(16, 3, 8, 8, 16, Window.of(3, 1, 1)),
            new Conv(32, 16, 6, 6, 17, Window.of(3, 1, 1)),
            new Conv(33, 17, 5, 5, 3, Window.of(3, 2, 1)),
            new Conv(16, 16, 8, 8, 32, Window.of(3, 2, 1)),
            new Conv(1, 64, 6, 6, 64, Window.of(3, 1, 1)),
            new Conv(16, 64, 4, 4, 16, Window.of(3, 1, 1)),
            // wide rows, many filters, long sums
            new Conv(1, 1, 3, 1100, 2, Window.of(3, 1, 1)),
            new Conv(16, 2, 2, 67, 2, Window.of(2, 1, 0)),
            new Conv(1, 3, 4, 4, 70, Window.of(3, 1, 1)),
            new Conv(1, 517, 3, 3, 2, Window.of(3, 1, 1)));

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Conv s : SHAPES)
            for (Filling f : Filling.values()) {
                Case.Arg x = in("x", f, s.n, s.c, s.h, s.w), dy = in("dy", f, s.n, s.k, s.p(), s.q());
                Case.Arg w = kept("w", f.numbers(), s.k, s.c, s.window.r(), s.window.s());
                cases.add(Case.of(new Conv2d(s.window), f, x, w));
                // pixels that no window covers have no gradient
                cases.add(Case.of(new Conv2dGradX(s.window, x.type().shape()), f, dy, w).withZeros());
                cases.add(Case.of(new Conv2dGradW(s.window), f, x, dy));
            }
        return cases;
    }
}
