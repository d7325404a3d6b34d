package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.cpu.CpuLowering.Finish;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Pool.Span;
import org.gabor.cpu.kernel.Separable.Tap;
import org.gabor.graph.Node;
import org.gabor.graph.Pooling;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;
import org.jspecify.annotations.Nullable;

/** Poolings and their gradients. What a window covers is worked out here; a mean is a separable sum. */
final class PoolingLowering {
    private PoolingLowering() {}

    static void lower(CpuLowering to, Pooling op, Node node, Finish finish) {
        Shape x = (op instanceof Pooling.MeanPoolGrad g ? g.x() : node.in(0).shape());
        switch (op) {
            case Pooling.MaxPool m -> maximum(to, rows(m.window(), x), columns(m.window(), x), node, null, finish);
            case Pooling.MaxPoolGrad m ->
                maximum(to, rows(m.window(), x), columns(m.window(), x), node, node.in(1), finish);
            case Pooling.MeanPool m -> Separables.lower(to, means(rows(m.window(), x), countsDown(m.window(), m.countPadding(), x)),
                    means(columns(m.window(), x), countsAcross(m.window(), m.countPadding(), x)), node.in(0), finish);
            case Pooling.MeanPoolGrad m -> Separables.transposed(to,
                    means(rows(m.window(), x), countsDown(m.window(), m.countPadding(), x)),
                    means(columns(m.window(), x), countsAcross(m.window(), m.countPadding(), x)), node.in(0), finish);
            case Pooling.AdaptivePool a -> {
                List<Span> rows = bins(x.h(), a.p()), columns = bins(x.w(), a.q());
                if (a.kind() == Pooling.Kind.MAX) maximum(to, rows, columns, node, null, finish);
                else Separables.lower(to, means(rows, sizes(rows)), means(columns, sizes(columns)), node.in(0), finish);
            }
            case Pooling.AdaptivePoolGrad a -> {
                Shape dy = node.in(1).shape();
                List<Span> rows = bins(x.h(), dy.h()), columns = bins(x.w(), dy.w());
                if (a.kind() == Pooling.Kind.MAX) maximum(to, rows, columns, node, node.in(1), finish);
                else Separables.transposed(to, means(rows, sizes(rows)), means(columns, sizes(columns)), node.in(1), finish);
            }
        }
    }

    /** The largest of each window, or given a gradient, where it goes. */
    private static void maximum(CpuLowering to, List<Span> rows, List<Span> columns, Node node, @Nullable Node gradient,
            Finish finish) {
        Stored x = to.at(node.in(0)), dy = gradient == null ? x : to.at(gradient), y = finish.result();
        Shape image = x.shape();
        to.add(new Pool(gradient != null, rows, columns, loop(x.blocks(), 'n', x, dy, y), loop(image.c(), 'c', x, dy, y),
                x.address(), dy.address(), y.address(), image.h(), image.w(), x.lanes(), loop(1, 'h', x, dy, y),
                finish.epilogue().activation()));
    }

    private static Loop loop(int count, char axis, Stored x, Stored dy, Stored y) {
        return new Loop(count, x.step(axis), dy.step(axis), y.step(axis));
    }

    private static List<Span> rows(Window w, Shape x) {
        return IntStream.range(0, w.p(x.h())).mapToObj(i -> span(i * w.strideH() - w.top(), w.r(), w.dilationH(), x.h())).toList();
    }

    private static List<Span> columns(Window w, Shape x) {
        return IntStream.range(0, w.q(x.w())).mapToObj(i -> span(i * w.strideW() - w.left(), w.s(), w.dilationW(), x.w())).toList();
    }

    /** Those of {@code taps} taps from {@code start} on that lie inside of the image. */
    private static Span span(int start, int taps, int dilation, int size) {
        int outside = start < 0 ? Math.ceilDiv(-start, dilation) : 0;
        return new Span(start + outside * dilation, Math.min(size, start + (taps - 1) * dilation + 1), dilation);
    }

    private static List<Span> bins(int size, int bins) {
        return IntStream.range(0, bins)
                .mapToObj(i -> new Span(Pooling.binStart(i, size, bins), Pooling.binEnd(i, size, bins), 1)).toList();
    }

    private static List<Integer> sizes(List<Span> spans) { return spans.stream().map(s -> s.end() - s.first()).toList(); }

    private static List<Integer> countsDown(Window w, boolean padding, Shape x) {
        return padding ? counts(w.p(x.h()), w.strideH(), w.top(), w.r(), x.h() + w.bottom()) : sizes(rows(w, x));
    }

    private static List<Integer> countsAcross(Window w, boolean padding, Shape x) {
        return padding ? counts(w.q(x.w()), w.strideW(), w.left(), w.s(), x.w() + w.right()) : sizes(columns(w, x));
    }

    /** What each window has inside of image and padding. */
    private static List<Integer> counts(int windows, int stride, int before, int size, int end) {
        return IntStream.range(0, windows).map(i -> i * stride - before).mapToObj(at -> Math.min(at + size, end) - at).toList();
    }

    private static List<List<Tap>> means(List<Span> spans, List<Integer> counts) {
        var means = new ArrayList<List<Tap>>();
        for (int i = 0; i < spans.size(); i++) {
            double share = 1.0 / counts.get(i);
            Span s = spans.get(i);
            means.add(IntStream.range(s.first(), s.end()).mapToObj(at -> new Tap(at, share)).toList());
        }
        return means;
    }
}
