package org.gabor.cpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Sums;
import org.gabor.cpu.kernel.Sums.Kind;
import org.gabor.cpu.kernel.Totals;
import org.gabor.graph.Layout;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/**
 * Sums over some axes of a value, in two kernels: sums of a few fixed parts, image by image where images are summed, and
 * what follows from their totals.
 */
final class SumLowering {
    /** Parts of a sum over anything but images, at most, and of one over few images about. */
    private static final int PARTS = 8;
    /** Sums that are kept at once, about, where nothing else says how many. */
    private static final int LANES = 512;
    /** So many sums are enough to share out; parts would only take memory. */
    private static final int MANY = 1 << 15;

    private final List<Loop> parts = new ArrayList<>();
    private final List<Loop> units = new ArrayList<>();
    private final List<Loop> summed = new ArrayList<>();
    private final List<Loop> results = new ArrayList<>();
    private int lanes = 1;

    /** All axes of x but those that are kept are summed; {@code steps} are those of the result. */
    private SumLowering(Stored x, Stored dy, List<Boolean> kept, List<Long> steps) {
        Shape shape = x.shape();
        boolean images = shape.rank() > 0 && kept.getFirst();
        for (int axis : x.order()) {
            var loop = new Loop(axis == 0 ? x.blocks() : shape.dim(axis), x.steps().get(axis), dy.steps().get(axis));
            if (!kept.get(axis)) {
                summed.add(loop);
                continue;
            }
            units.add(loop);
            results.add(new Loop(loop.count(), 0, 0, steps.get(axis)));
        }
        if (x.lanes() > 1) {
            units.add(new Loop(x.lanes(), x.bytes(), dy.bytes()));
            if (images) results.add(new Loop(x.lanes(), 0, 0, Float.BYTES));
            else lanes = x.lanes();
        }
        if (!images && shape.rank() > 0 && Loop.turns(units) <= MANY) cut(shape.rank() == 4);
        if (units.isEmpty()) widen();
    }

    /** Every image is a part; few images are cut into groups of rows, other values into groups of what comes first. */
    private void cut(boolean images) {
        Loop first = summed.removeFirst();
        int most = images ? first.count() : PARTS;
        cut(first, Loop.largestDivisor(first.count(), most));
        if (images && first.count() < PARTS && !summed.isEmpty()) {
            Loop next = summed.removeFirst();
            cut(next, Loop.largestDivisor(next.count(), PARTS / first.count()));
        }
    }

    private void cut(Loop loop, int into) {
        int rest = loop.count() / into;
        parts.add(new Loop(into, rest * loop.a(), rest * loop.b()));
        if (rest > 1) summed.addFirst(new Loop(rest, loop.a(), loop.b()));
    }

    /** Takes sums of what lies side by side, which become one at the end. */
    private void widen() {
        List<Loop> merged = new ArrayList<>(Loop.merged(summed));
        if (merged.isEmpty()) return;
        Loop run = merged.removeLast();
        lanes = Loop.largestDivisor(run.count(), LANES);
        units.add(new Loop(lanes, run.a(), run.b()));
        merged.add(new Loop(run.count() / lanes, lanes * run.a(), lanes * run.b()));
        summed.clear();
        summed.addAll(merged);
    }

    /** Mean and variance, total, or gradient's sums of every channel; {@code stats} is an address or 0. */
    static void channels(CpuLowering to, Kind kind, Stored x, Stored dy, long stats, double eps, Stored result) {
        double m = (double) x.shape().size() / x.shape().c();
        channels(x, dy).lower(to, kind, x, dy, m, 1, stats, eps, result);
    }

    /** Sums over the axes that the result lacks. */
    static void sumTo(CpuLowering to, Stored x, Stored y) {
        sumTo(x, y.shape(), y.steps()).lower(to, Kind.TOTAL, x, x, 1, 1, 0, 0, y);
    }

    /** {@code scale} times the sum of all elements of a dense value. */
    static void total(CpuLowering to, Stored x, double scale, Stored result) {
        Stored flat = flat(x);
        total(flat).lower(to, Kind.TOTAL, flat, flat, 1, scale, 0, 0, result);
    }

    /** Scratch memory that a sum needs, given the layout of what it sums. */
    static long workspace(Node node, Layout layout) {
        var x = new Stored(0, 0, layout, node.in(0).type());
        return switch (node.op()) {
            case Pointwise.SumTo _ -> sumTo(x, node.shape(), Collections.nCopies(x.shape().rank(), 0L)).sums(Kind.TOTAL).bytes();
            case Pointwise.ChannelSum _ -> channels(x, x).sums(Kind.TOTAL).bytes();
            case Normalization.BnStats _ -> channels(x, x).sums(Kind.MOMENTS).bytes();
            case Normalization.BnGradSums _ -> channels(x, x).sums(Kind.GRADIENT).bytes();
            case Loss.Sum _ -> total(flat(x)).sums(Kind.TOTAL).bytes();
            case Op other -> throw new IllegalStateException(other + " is no sum");
        };
    }

    private static SumLowering channels(Stored x, Stored dy) {
        int rank = x.shape().rank();
        List<Boolean> kept = IntStream.range(0, rank).mapToObj(i -> i == 1).toList();
        return new SumLowering(x, dy, kept, Collections.nCopies(rank, (long) Float.BYTES));
    }

    private static SumLowering sumTo(Stored x, Shape result, List<Long> steps) {
        Shape from = x.shape();
        List<Boolean> kept = IntStream.range(0, from.rank()).mapToObj(i -> from.dim(i) == result.dim(i)).toList();
        return new SumLowering(x, x, kept, steps);
    }

    private static SumLowering total(Stored flat) { return new SumLowering(flat, flat, List.of(false), List.of(0L)); }

    private static Stored flat(Stored x) {
        var type = new TensorType(Shape.of(Math.toIntExact(x.shape().size())), x.type().dtype());
        return new Stored(x.base(), x.address(), Layout.LOGICAL, type);
    }

    private void lower(CpuLowering to, Kind kind, Stored x, Stored dy, double m, double scale, long stats, double eps,
            Stored result) {
        Sums empty = sums(kind);
        long sums = to.workspace(empty.bytes());
        to.add(new Sums(kind, empty.parts(), empty.units(), empty.summed(), x.address(), dy.address(), sums));
        to.add(new Totals(kind, sums, Loop.turns(parts), Loop.merged(results), lanes, m, scale, stats, eps, result.address()));
    }

    /** The sums without addresses. */
    private Sums sums(Kind kind) { return new Sums(kind, parts, Loop.merged(units), Loop.merged(summed), 0, 0, 0); }
}
