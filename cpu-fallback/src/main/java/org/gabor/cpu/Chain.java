package org.gabor.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gabor.cpu.kernel.Pointwise.Along;
import org.gabor.cpu.kernel.Pointwise.Draws;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Source;
import org.gabor.graph.DType;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnGradX;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Shape;

/** Elementwise operations of one shape as one pointwise kernel. Members that somebody else reads are stored on the way. */
final class Chain {
    private final CpuLowering to;
    private final List<Node> members;
    private final Stored result;
    private final Shape shape;
    private final Code code;
    private final Map<Node, Integer> registers = new HashMap<>();

    Chain(CpuLowering to, List<Node> members) {
        this.to = to;
        this.members = members;
        this.result = to.at(members.getLast());
        this.shape = result.shape();
        int rank = shape.rank();
        if (rank == 4) {
            this.code = Code.ofImages(result);
        } else {
            List<Integer> dims = Arrays.stream(shape.dims()).boxed().toList();
            this.code = rank == 0 ? new Code(1) : new Code(dims.subList(0, rank - 1), dims.getLast());
        }
    }

    /** The chain goes on from {@code value}, which lies where the last member will. */
    Chain from(Node value) {
        registers.put(value, code.load(operand(result)));
        return this;
    }

    /** Adds the kernel, and before it those that compute what it needs for a channel. */
    void lower() {
        for (Node n : members) {
            int y = member(n);
            registers.put(n, y);
            if (to.isStored(n)) code.store(y, operand(to.at(n)));
        }
        to.add(code.kernel(0));
    }

    /** Pixels to numbers. */
    static void normalize(CpuLowering to, Pointwise.Normalize op, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        long scale = row(to, op.scale()), shift = row(to, op.shift());
        Along channels = new Along(y.shape().c(), y.lanes(), 0, Float.BYTES, 0);
        var code = Code.ofImages(y);
        Element from = x.type().dtype() == DType.U8 ? Element.U8 : Element.F32;
        int pixels = code.load(code.operand(x.address(), from, List.of(x.step('n'), x.step('h'))));
        int scaled = code.times(pixels, code.load(code.operand(scale, channels, List.of(0L, 0L))));
        int shifted = code.add(scaled, code.load(code.operand(shift, channels, List.of(0L, 0L))));
        code.store(shifted, code.operand(y.address(), Element.F32, List.of(y.step('n'), y.step('h'))));
        to.add(code.kernel(0));
    }

    /** Scratch memory of {@link #normalize}. */
    static long workspace(Pointwise.Normalize op) { return 2L * op.scale().size() * Float.BYTES; }

    /** Writes a dense row of numbers into scratch memory. */
    private static long row(CpuLowering to, List<Double> values) {
        long row = to.workspace((long) values.size() * Float.BYTES);
        var code = new Code(1);
        for (int c = 0; c < values.size(); c++)
            code.store(code.fill(new Source.Constant(values.get(c).floatValue())), code.operand(row + (long) c * Float.BYTES));
        to.add(code.kernel(0));
        return row;
    }

    private int member(Node n) {
        return switch (n.op()) {
            case Leaf.Fill f -> code.fill(new Source.Constant((float) f.value()));
            case Loss.Expand e -> code.times(code.fill(new Source.Single(code.single(to.at(n.in(0)).address()))), e.scale());
            case Pointwise.Add _ -> code.add(register(n.in(0)), register(n.in(1)));
            case Pointwise.AddBias _ -> code.add(register(n.in(0)), channel(to.at(n.in(1)).address()));
            case Pointwise.Mul _ -> code.times(register(n.in(0)), register(n.in(1)));
            case Pointwise.Activate a -> code.apply(a.f(), register(n.in(0)));
            case Pointwise.ActivateGrad a -> code.slope(a.f(), register(n.in(0)), register(n.in(1)));
            case Pointwise.Dropout d -> code.drop(register(n.in(0)), new Draws(d, to.at(n.in(1)).address(),
                    to.at(n.in(2)).address(), to.at(n.in(3)).address(), result.lanes(), channels(),
                    shape.size() / (shape.rank() == 4 ? shape.n() : 1)));
            case BatchNorm b -> {
                int scaled = code.times(centred(n), channel(NormalizationLowering.coefficients(to, b, n)));
                yield code.add(scaled, channel(to.at(n.in(3)).address()));
            }
            case BnGradX g -> batchNormGradient(g, n);
            case Op other -> throw new IllegalStateException(other + " in a chain");
        };
    }

    /** gamma / sqrt(var + eps) times (dy - sums[0] / m - (x - mean) sums[1] / (m sqrt(var + eps))). */
    private int batchNormGradient(BnGradX op, Node n) {
        long row = to.at(n.in(2)).type().bytes(), rows = NormalizationLowering.coefficients(to, op, n);
        int dy = register(n.in(3));
        if (op.batch()) {
            int slope = code.times(centred(n), channel(rows + 2 * row));
            dy = code.minus(code.minus(dy, channel(rows + row)), slope);
        }
        return code.times(dy, channel(rows));
    }

    private int centred(Node n) {
        return code.minus(register(n.in(0)), channel(to.at(n.in(1)).address()));
    }

    /** Neighbours of an element that belong to other channels; a matrix is in logical order, as if it had none. */
    private int channels() { return shape.rank() == 4 ? shape.c() : 1; }

    private int register(Node n) { return registers.computeIfAbsent(n, _ -> code.load(operand(to.at(n)))); }

    /** A value of the chain's shape, or one whose dimensions of 1 serve all. */
    private int operand(Stored x) {
        if (shape.rank() == 4) return image(x);
        List<Long> steps = x.steps();
        var strides = new ArrayList<Long>();
        for (int i = 0; i < shape.rank(); i++) strides.add(x.shape().dim(i) == shape.dim(i) ? steps.get(i) : 0);
        long step = strides.isEmpty() ? Float.BYTES : strides.removeLast();
        return code.operand(x.address(), new Along(1, 1, step, 0, 0), strides);
    }

    private int image(Stored x) {
        Shape own = x.shape();
        long channel = own.c() == shape.c() ? x.step('c') : 0;
        // a value without width may be in logical order, which has the same bytes
        long pixel = shape.w() == 1 ? shape.c() * channel : own.w() == shape.w() ? x.step('w') : 0;
        long lane = result.lanes() > 1 && own.n() == shape.n() ? Float.BYTES : 0;
        var along = new Along(shape.c(), result.lanes(), pixel, channel, lane);
        return code.operand(x.address(), along, List.of(own.n() == shape.n() ? x.step('n') : 0,
                own.h() == shape.h() ? x.step('h') : 0));
    }

    /** A value a channel, from a dense row of them. */
    private int channel(long row) {
        if (shape.rank() == 2) return code.load(code.operand(row, Element.F32, List.of(0L)));
        var along = new Along(shape.c(), result.lanes(), 0, Float.BYTES, 0);
        return code.load(code.operand(row, along, List.of(0L, 0L)));
    }
}
