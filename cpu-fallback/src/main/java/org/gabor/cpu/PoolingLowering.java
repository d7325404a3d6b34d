package org.gabor.cpu;

import java.util.List;
import java.util.stream.IntStream;
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
        Shape x = node.in(0).shape();
        switch (op) {
            case Pooling.MaxPool m -> maximum(to, Windows.of(m.window(), x, true), node, null, finish);
            case Pooling.MaxPoolGrad m -> maximum(to, Windows.of(m.window(), x, true), node, node.in(1), finish);
            case Pooling.MeanPool m -> mean(to, Windows.of(m.window(), x, m.countPadding()), node.in(0), finish);
            case Pooling.MeanPoolGrad m ->
                    meanGradient(to, Windows.of(m.window(), m.x(), m.countPadding()), node.in(0), finish);
            case Pooling.AdaptivePool a -> {
                Windows bins = Windows.bins(x, a.p(), a.q());
                if (a.kind() == Pooling.Kind.MAX) maximum(to, bins, node, null, finish);
                else mean(to, bins, node.in(0), finish);
            }
            case Pooling.AdaptivePoolGrad a -> {
                Node dy = node.in(1);
                Windows bins = Windows.bins(x, dy.shape().h(), dy.shape().w());
                if (a.kind() == Pooling.Kind.MAX) maximum(to, bins, node, dy, finish);
                else meanGradient(to, bins, dy, finish);
            }
        }
    }

    /** The largest of each window, or given a gradient, where it goes. */
    private static void maximum(CpuLowering to, Windows windows, Node node, @Nullable Node gradient, Finish finish) {
        Stored x = to.at(node.in(0)), dy = gradient == null ? x : to.at(gradient), y = finish.result();
        Shape image = x.shape();
        to.add(new Pool(gradient != null, windows.rows.spans, windows.columns.spans, loop(x.blocks(), 'n', x, dy, y),
                x.address(), dy.address(), y.address(), image.h(), image.w(), image.c() * x.lanes(),
                loop(1, 'h', x, dy, y), finish.activation()));
    }

    private static Loop loop(int count, char axis, Stored x, Stored dy, Stored y) {
        return new Loop(count, x.step(axis), dy.step(axis), y.step(axis));
    }

    private static void mean(CpuLowering to, Windows windows, Node x, Finish finish) {
        Separables.lower(to, windows.rows.means(), windows.columns.means(), x, finish);
    }

    private static void meanGradient(CpuLowering to, Windows windows, Node dy, Finish finish) {
        Separables.transposed(to, windows.rows.means(), windows.columns.means(), dy, finish);
    }

    /** What the windows of a pooling cover. */
    private record Windows(Axis rows, Axis columns) {
        static Windows of(Window w, Shape x, boolean countPadding) {
            return new Windows(Axis.of(w.p(x.h()), w.r(), w.strideH(), w.dilationH(), w.top(), x.h(), w.bottom(), countPadding),
                    Axis.of(w.q(x.w()), w.s(), w.strideW(), w.dilationW(), w.left(), x.w(), w.right(), countPadding));
        }

        static Windows bins(Shape x, int p, int q) { return new Windows(Axis.bins(x.h(), p), Axis.bins(x.w(), q)); }
    }

    /**
     * The windows along one axis.
     *
     * @param spans what lies inside of the image
     * @param counts by how much a mean divides
     */
    private record Axis(List<Span> spans, List<Integer> counts) {
        static Axis of(int windows, int taps, int stride, int dilation, int before, int size, int after,
                boolean countPadding) {
            List<Integer> starts = IntStream.range(0, windows).map(i -> i * stride - before).boxed().toList();
            List<Span> spans = starts.stream().map(at -> span(at, taps, dilation, size)).toList();
            if (!countPadding) return new Axis(spans, sizes(spans));
            return new Axis(spans, starts.stream().map(at -> Math.min(at + taps, size + after) - at).toList());
        }

        static Axis bins(int size, int bins) {
            List<Span> spans = IntStream.range(0, bins)
                    .mapToObj(i -> new Span(Pooling.binStart(i, size, bins), Pooling.binEnd(i, size, bins), 1)).toList();
            return new Axis(spans, sizes(spans));
        }

        /** Those of {@code taps} taps from {@code start} on that lie inside of the image. */
        private static Span span(int start, int taps, int dilation, int size) {
            int outside = start < 0 ? Math.ceilDiv(-start, dilation) : 0;
            return new Span(start + outside * dilation, Math.min(size, start + (taps - 1) * dilation + 1), dilation);
        }

        private static List<Integer> sizes(List<Span> spans) { return spans.stream().map(s -> s.end() - s.first()).toList(); }

        List<List<Tap>> means() {
            return IntStream.range(0, spans.size()).mapToObj(i -> IntStream.range(spans.get(i).first(), spans.get(i).end())
                    .mapToObj(at -> new Tap(at, 1.0 / counts.get(i))).toList()).toList();
        }
    }
}
