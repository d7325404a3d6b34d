package org.gabor.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.graph.Layout;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/**
 * Sums over some axes of a value, in two kernels (sums.cu): sums of fixed parts, and what follows from their totals. How
 * they are cut depends on shapes alone.
 */
final class SumLowering {
    static final String FAMILY = "sums";

    /** What is summed, numbered as in the kernels, and the sums of a unit. */
    private enum Kind {
        TOTAL(0, 1), MOMENTS(1, 2), GRADIENT(2, 2), SQUARES(3, 1);

        final int number;
        final int rows;

        Kind(int number, int rows) {
            this.number = number;
            this.rows = rows;
        }
    }

    private static final int THREADS = 256;
    /** Units that neighbouring threads read, where units lie side by side. */
    private static final int UNITS = 32;
    /** Elements that a thread adds, at least, before a sum is cut into parts. */
    private static final int EACH = 16;
    /** Blocks that fill any device, about. */
    private static final int BLOCKS = 1024;
    /** Threads that add the parts of a unit, where there are other units beside it. */
    private static final int ADDERS = 16;

    private static final int AXES = 4;
    private static final int AXES_BYTES = 8 + AXES * 8 + (AXES - 1) * 12 + 4;
    private static final int PARTS_BYTES = 4 * 8 + 2 * AXES_BYTES + 4 * 4;
    private static final int TOTALS_BYTES = 7 * 8 + 4 * 4;

    private final Walk units;
    private final Walk summed;

    /** All axes of x but those that are kept are summed. */
    private SumLowering(Stored x, List<Boolean> kept) {
        long[] strides = x.strides();
        var keptAxes = new ArrayList<Walk.Axis>();
        var summedAxes = new ArrayList<Walk.Axis>();
        for (int i : Walk.order(x)) {
            var axis = new Walk.Axis(x.shape().dim(i), List.of(strides[i]));
            (kept.get(i) ? keptAxes : summedAxes).add(axis);
        }
        this.units = Walk.of(keptAxes, 1);
        this.summed = Walk.of(summedAxes, 1);
    }

    static void lower(CudaLowering to, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        SumLowering sums = of(node, x);
        switch (node.op()) {
            case Pointwise.ChannelSum _,Pointwise.SumTo _ -> sums.lower(to, Kind.TOTAL, x, x, 1, 0, 0, y);
            case Loss.Sum s -> sums.lower(to, Kind.TOTAL, x, x, s.scale(), 0, 0, y);
            case Normalization.BnStats _ -> sums.lower(to, Kind.MOMENTS, x, x, 1, 0, 0, y);
            case Normalization.BnGradSums g ->
                    sums.lower(to, Kind.GRADIENT, x, to.at(node.in(2)), 1, to.at(node.in(1)).address(), g.eps(), y);
            case Op other -> throw new IllegalStateException(other + " is no sum");
        }
    }

    /** Scratch memory that a sum needs, given the layout of what it sums. */
    static long workspace(Node node, Layout layout) {
        return of(node, new Stored(0, layout, node.in(0).type())).bytes(kind(node.op()));
    }

    /** What brings the norm of so many floats down to {@code limit}, min(1, limit / (norm + 1e-6)), as a float. */
    static void clip(CudaLowering to, long gradients, long count, double limit, long result) {
        Stored x = row(gradients, count), y = row(result, 1);
        new SumLowering(x, List.of(false)).lower(to, Kind.SQUARES, x, x, limit, 0, 0, y);
    }

    /** Scratch memory of {@link #clip}. */
    static long clipWorkspace(long count) { return new SumLowering(row(0, count), List.of(false)).bytes(Kind.SQUARES); }

    private static Stored row(long address, long count) {
        return new Stored(address, Layout.LOGICAL, TensorType.f32(Math.toIntExact(count)));
    }

    private static Kind kind(Op op) {
        return switch (op) {
            case Normalization.BnStats _ -> Kind.MOMENTS;
            case Normalization.BnGradSums _ -> Kind.GRADIENT;
            case Op _ -> Kind.TOTAL;
        };
    }

    private static SumLowering of(Node node, Stored x) {
        Shape from = x.shape();
        return new SumLowering(x, IntStream.range(0, from.rank()).mapToObj(i -> switch (node.op()) {
            case Pointwise.SumTo _ -> from.dim(i) == node.shape().dim(i);
            case Loss.Sum _ -> false;
            case Op _ -> i == 1;
        }).toList());
    }

    /** True if units lie side by side, so that neighbouring threads take neighbouring units. */
    private boolean unitsFirst() { return units.innermost().stride(0) == 1; }

    private int unitsOfBlock() {
        return unitsFirst() ? powerOfTwo(units.turns(), UNITS) : THREADS / powerOfTwo(summed.turns(), THREADS);
    }

    private long blocks() { return Math.ceilDiv(units.turns(), unitsOfBlock()); }

    /** Summed elements of a part. */
    private long part() {
        long each = (long) THREADS / unitsOfBlock() * EACH;
        long parts = Math.clamp(Math.ceilDiv(summed.turns(), each), 1, Math.max(1, BLOCKS / blocks()));
        return Math.ceilDiv(summed.turns(), parts);
    }

    private int parts() { return Math.toIntExact(Math.ceilDiv(summed.turns(), part())); }

    private long bytes(Kind kind) { return CudaRules.aligned((long) parts() * kind.rows * units.turns() * Double.BYTES); }

    private void lower(CudaLowering to, Kind kind, Stored x, Stored dy, double scale, long stats, double eps, Stored y) {
        long workspace = to.workspace(bytes(kind));
        var first = new Struct(PARTS_BYTES).pointer(x.address()).pointer(dy.address()).pointer(workspace).big(part());
        put(first, units);
        put(first, summed);
        first.integer(kind.number).integer(element(x)).integer(unitsOfBlock()).integer(unitsFirst() ? 1 : 0);
        to.add(launch("sums_parts", new Launch.Grid(Math.toIntExact(blocks()), parts(), 1), first));
        int adders = powerOfTwo(parts(), units.turns() < ADDERS ? THREADS : ADDERS), unitsOfBlock = THREADS / adders;
        var second = new Struct(TOTALS_BYTES).pointer(workspace).pointer(stats).pointer(y.address()).big(units.turns())
                .precise((double) summed.turns()).precise(scale).precise(eps).integer(kind.number).integer(parts())
                .integer(unitsOfBlock).integer(element(y));
        to.add(launch("sums_totals", Launch.Grid.of(Math.ceilDiv(units.turns(), unitsOfBlock)), second));
    }

    private static Launch launch(String kernel, Launch.Grid grid, Struct struct) {
        return new Launch(FAMILY, kernel, grid, THREADS, new Arguments().struct(struct.toBytes()));
    }

    private static void put(Struct struct, Walk walk) {
        int axes = walk.axes().size();
        struct.big(walk.turns());
        for (int k = 0; k < AXES; k++) struct.big(k < axes ? walk.axes().get(axes - 1 - k).stride(0) : 0);
        for (int k = 0; k < AXES - 1; k++) struct.divisor(k + 1 < axes ? walk.axes().get(axes - 1 - k).count() : 1);
        struct.integer(axes);
    }

    /** The smallest power of two that is no less than {@code count}, at most {@code most}. */
    private static int powerOfTwo(long count, int most) {
        int power = 1;
        while (power < count && power < most) power *= 2;
        return power;
    }

    /** How the kernels number element types. */
    static int element(Stored x) {
        return switch (x.dtype()) {
            case F32 -> 0;
            case BF16 -> 1;
            case F16, U8, I32 -> throw new IllegalStateException("a sum of " + x.dtype().label());
        };
    }
}
