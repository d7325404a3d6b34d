package org.gabor.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gabor.cpu.kernel.Pointwise.Along;
import org.gabor.cpu.kernel.Pointwise.Draws;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Operator;
import org.gabor.cpu.kernel.Pointwise.Source;
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
            this.code = new Code(List.of(result.blocks(), shape.c(), shape.h()), shape.w() * result.lanes());
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

    /** Pixels to numbers, a kernel a channel. */
    static void normalize(CpuLowering to, Pointwise.Normalize op, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        for (int c = 0; c < node.shape().c(); c++) {
            var code = new Code(List.of(y.blocks(), node.shape().h()), node.shape().w() * y.lanes());
            int pixels = code.operand(x.address() + c * x.step('c'), Element.U8, List.of(x.step('n'), x.step('h')));
            int numbers = code.operand(y.address() + c * y.step('c'), Element.F32, List.of(y.step('n'), y.step('h')));
            int scaled = code.times(code.load(pixels), op.scale().get(c));
            code.store(code.combine(Operator.ADD, scaled, new Source.Constant(op.shift().get(c).floatValue())), numbers);
            to.add(code.kernel(0));
        }
    }

    private int member(Node n) {
        return switch (n.op()) {
            case Leaf.Fill f -> code.fill(new Source.Constant((float) f.value()));
            case Loss.Expand e -> code.times(code.fill(new Source.Single(code.single(to.at(n.in(0)).address()))), e.scale());
            case Pointwise.Add _ -> code.add(register(n.in(0)), register(n.in(1)));
            case Pointwise.AddBias _ -> code.combine(Operator.ADD, register(n.in(0)), channel(to.at(n.in(1)).address()));
            case Pointwise.Mul _ -> code.times(register(n.in(0)), register(n.in(1)));
            case Pointwise.Activate a -> code.apply(a.f(), register(n.in(0)));
            case Pointwise.ActivateGrad a -> code.slope(a.f(), register(n.in(0)), register(n.in(1)));
            case Pointwise.Dropout d -> code.drop(register(n.in(0)), new Draws(d, to.at(n.in(1)).address(),
                    to.at(n.in(2)).address(), to.at(n.in(3)).address(), result.lanes(), image()));
            case BatchNorm b -> {
                Source scale = channel(NormalizationLowering.coefficients(to, b, n));
                int scaled = code.combine(Operator.MUL, centred(n), scale);
                yield code.combine(Operator.ADD, scaled, channel(to.at(n.in(3)).address()));
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
            int slope = code.combine(Operator.MUL, centred(n), channel(rows + 2 * row));
            dy = code.minus(code.combine(Operator.SUB, dy, channel(rows + row)), slope);
        }
        return code.combine(Operator.MUL, dy, channel(rows));
    }

    private int centred(Node n) {
        return code.combine(Operator.SUB, register(n.in(0)), channel(to.at(n.in(1)).address()));
    }

    /** Elements of an image, as far as images lie side by side. */
    private long image() { return result.lanes() == 1 ? shape.size() : shape.size() / shape.n(); }

    private int register(Node n) { return registers.computeIfAbsent(n, _ -> code.load(operand(to.at(n)))); }

    /** A value of the chain's shape, or one whose dimensions of 1 serve all. */
    private int operand(Stored x) {
        List<Long> steps = x.steps();
        var strides = new ArrayList<Long>();
        for (int i = 0; i < shape.rank(); i++) strides.add(x.shape().dim(i) == shape.dim(i) ? steps.get(i) : 0);
        long step = strides.isEmpty() ? Float.BYTES : strides.removeLast();
        int lanes = result.lanes();
        boolean eachItsOwn = x.shape().rank() > 0 && x.shape().n() == shape.n();
        return code.operand(x.address(), new Along(lanes, step, lanes > 1 && eachItsOwn ? Float.BYTES : 0), strides);
    }

    /** A value a channel, from a dense row of them. */
    private Source channel(long row) {
        var steps = new ArrayList<>(Collections.nCopies(shape.rank() - 1, 0L));
        if (shape.rank() == 2) return new Source.Register(code.load(code.operand(row, Element.F32, steps)));
        steps.set(1, (long) Float.BYTES);
        return new Source.Single(code.single(row, steps));
    }
}
