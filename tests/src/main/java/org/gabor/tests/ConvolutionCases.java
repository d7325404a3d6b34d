package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/** Convolution, transposed too, and its gradients over awkward shapes. */
final class ConvolutionCases {
    private ConvolutionCases() {}

    /** Image n,c,h,w, k filters, window, groups. */
    record Conv(int n, int c, int h, int w, int k, Window window, int groups) {
        Conv(int n, int c, int h, int w, int k, Window window) {
            this(n, c, h, w, k, window, 1);
        }

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
            new Conv(1, 517, 3, 3, 2, Window.of(3, 1, 1)),
            // taps apart
            new Conv(1, 1, 7, 7, 1, Window.of(3, 1, 0).dilation(3, 3)),
            new Conv(2, 3, 9, 9, 4, Window.of(3, 1, 2).dilation(2, 2)),
            new Conv(16, 4, 11, 10, 5, Window.of(3, 2, 3).dilation(3, 3)),
            new Conv(17, 2, 8, 7, 3, new Window(2, 3, 1, 2, 0, 1, 2, 0).dilation(2, 1)),
            new Conv(32, 3, 8, 8, 16, Window.of(3, 1, 2).dilation(2, 2)),
            new Conv(3, 2, 6, 9, 2, new Window(1, 3, 1, 1, 0, 3, 0, 3).dilation(1, 3)),
            new Conv(16, 3, 5, 5, 2, Window.of(2, 3, 1).dilation(2, 2)),
            // groups, with and without channels and filters in equal number
            new Conv(2, 4, 7, 6, 6, Window.of(3, 1, 1), 2),
            new Conv(16, 6, 6, 6, 9, Window.of(3, 1, 1), 3),
            new Conv(17, 8, 5, 5, 8, Window.of(1, 1, 0), 4),
            new Conv(32, 4, 6, 6, 4, Window.of(3, 2, 1), 2),
            new Conv(3, 32, 4, 4, 32, Window.of(3, 1, 1), 2),
            new Conv(16, 32, 4, 4, 64, Window.of(1, 1, 0), 2),
            new Conv(1, 34, 5, 5, 6, Window.of(3, 1, 1), 2),
            new Conv(2, 6, 8, 7, 4, new Window(3, 2, 2, 1, 0, 1, 1, 0).dilation(1, 2), 2),
            new Conv(16, 12, 7, 7, 8, Window.of(3, 1, 2).dilation(2, 2), 4),
            // depthwise, also with several filters a channel
            new Conv(1, 3, 8, 8, 3, Window.of(3, 1, 1), 3),
            new Conv(16, 17, 6, 6, 17, Window.of(3, 1, 1), 17),
            new Conv(17, 16, 7, 7, 16, Window.of(3, 2, 1), 16),
            new Conv(32, 8, 5, 5, 16, Window.of(5, 1, 2), 8),
            new Conv(3, 5, 9, 9, 5, Window.of(3, 1, 2).dilation(2, 2), 5),
            new Conv(2, 64, 4, 4, 64, Window.of(3, 1, 1), 64),
            new Conv(1, 16, 5, 5, 48, Window.of(3, 1, 0), 16),
            new Conv(16, 6, 9, 9, 6, new Window(3, 3, 2, 2, 0, 0, 1, 1), 6),
            new Conv(3, 4, 7, 7, 8, Window.of(2, 3, 0), 4));

    /** An image of dy's size n,k,h,w, a filter that slides as the window says, c channels, rows and columns added at the end. */
    private record Transposed(int n, int k, int h, int w, int c, Window window, int groups, int more) {
        Shape result() {
            return Shape.of(n, c, grown(h, window.strideH(), window.top() + window.bottom(), window.spanH()),
                    grown(w, window.strideW(), window.left() + window.right(), window.spanW()));
        }

        private int grown(int size, int stride, int padding, int span) {
            return (size - 1) * stride - padding + span + more;
        }
    }

    private static final List<Transposed> TRANSPOSED = List.of(
            new Transposed(1, 1, 1, 1, 1, Window.of(2, 2, 0), 1, 0),
            new Transposed(2, 4, 4, 5, 6, Window.of(3, 1, 0), 1, 0),
            new Transposed(2, 4, 4, 5, 6, Window.of(3, 2, 1), 1, 1),
            new Transposed(3, 4, 4, 5, 6, Window.of(3, 2, 1), 2, 0),
            new Transposed(16, 4, 4, 5, 6, Window.of(3, 3, 0), 1, 1),
            new Transposed(16, 8, 5, 5, 4, Window.of(2, 2, 0), 1, 0),
            new Transposed(17, 16, 4, 4, 8, Window.of(4, 2, 1), 1, 0),
            new Transposed(32, 6, 4, 4, 3, Window.of(4, 2, 1), 3, 0),
            new Transposed(3, 5, 3, 4, 5, Window.of(3, 2, 1), 5, 1),
            new Transposed(2, 3, 4, 4, 2, Window.of(3, 1, 1).dilation(2, 2), 1, 0),
            new Transposed(16, 2, 3, 3, 17, Window.of(2, 3, 0), 1, 1),
            new Transposed(1, 32, 3, 3, 16, new Window(3, 2, 2, 1, 0, 1, 1, 0), 1, 0));

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Filling f : Filling.values()) {
            for (Conv s : SHAPES) {
                Case.Arg x = in("x", f, s.n, s.c, s.h, s.w), dy = in("dy", f, s.n, s.k, s.p(), s.q());
                Case.Arg w = kept("w", f.numbers(), s.k, s.c / s.groups, s.window.r(), s.window.s());
                cases.add(Case.of(new Conv2d(s.window, s.groups), f, x, w));
                // pixels that no window covers have no gradient
                cases.add(Case.of(new Conv2dGradX(s.window, s.groups, x.type().shape()), f, dy, w).withZeros());
                cases.add(Case.of(new Conv2dGradW(s.window, s.groups), f, x, dy));
            }
            for (Transposed s : TRANSPOSED)
                cases.add(Case.of(new Conv2dGradX(s.window, s.groups, s.result()), f, in("x", f, s.n, s.k, s.h, s.w),
                        kept("w", f.numbers(), s.k, s.c / s.groups, s.window.r(), s.window.s()))
                        .named("transposed").withZeros());
        }
        return cases;
    }
}
