package org.gabor.cpu;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Function;
import org.gabor.cpu.kernel.Pointwise.Operator;
import org.gabor.cpu.kernel.Pointwise.Source;
import org.gabor.graph.Activation;
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
    private final Shape shape;
    private final Code code;
    private final Map<Node, Integer> registers = new HashMap<>();

    Chain(CpuLowering to, List<Node> members) {
        this.to = to;
        this.members = members;
        Stored result = to.at(members.getLast());
        this.shape = result.shape();
        this.code = switch (shape.rank()) {
            case 0, 1 -> new Code(Math.toIntExact(shape.size()));
            case 2 -> new Code(List.of(shape.n()), shape.c());
            case 4 -> new Code(List.of(result.blocks(), shape.c(), shape.h()), shape.w() * result.lanes());
            default -> new Code(List.of(shape.n(), shape.c()), Math.toIntExact(shape.plane()));
        };
    }

    /** Adds the kernel, and before it those that compute what it needs for a channel. */
    void lower() {
        for (Node n : members) {
            int y = member(n);
            registers.put(n, y);
            if (to.isStored(n)) code.store(y, operand(n));
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
            case Pointwise p -> pointwise(p, n);
            case BatchNorm b -> batchNorm(b, n);
            case BnGradX g -> batchNormGradient(g, n);
            case Leaf.Fill f -> code.fill(new Source.Constant((float) f.value()));
            case Loss.Expand e -> {
                int x = code.single(to.at(n.in(0)).address());
                yield code.times(code.fill(new Source.Single(x)), e.scale());
            }
            case Op other -> throw new IllegalStateException(other + " in a chain");
        };
    }

    private int pointwise(Pointwise op, Node n) {
        return switch (op) {
            case Pointwise.Add _ -> code.add(register(n.in(0)), register(n.in(1)));
            case Pointwise.AddBias _ -> code.combine(Operator.ADD, register(n.in(0)), channel(to.at(n.in(1)).address()));
            case Pointwise.Activate a -> code.apply(switch (a.f()) {
                case Activation.Relu _ -> Function.RELU;
                case Activation.Tanh _ -> Function.TANH;
            }, register(n.in(0)));
            case Pointwise.ActivateGrad a -> code.combine(switch (a.f()) {
                case Activation.Relu _ -> Operator.RELU_SLOPE;
                case Activation.Tanh _ -> Operator.TANH_SLOPE;
            }, register(n.in(0)), new Source.Register(register(n.in(1))));
            case Pointwise.Normalize _,Pointwise.ChannelSum _ -> throw new IllegalStateException(op + " in a chain");
        };
    }

    /** gamma / sqrt(var + eps) times (x - mean), plus beta. */
    private int batchNorm(BatchNorm op, Node n) {
        Source scale = channel(NormalizationLowering.coefficients(to, op, n));
        int scaled = code.combine(Operator.MUL, centred(n), scale);
        return code.combine(Operator.ADD, scaled, channel(to.at(n.in(3)).address()));
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

    private int register(Node n) { return registers.computeIfAbsent(n, _ -> code.load(operand(n))); }

    private int operand(Node n) {
        Stored x = to.at(n);
        List<Long> dense = x.denseSteps();
        return code.operand(x.address(), Element.F32, switch (shape.rank()) {
            case 0, 1 -> List.of();
            case 2 -> List.of(dense.get(0));
            case 4 -> List.of(x.step('n'), x.step('c'), x.step('h'));
            default -> List.of(dense.get(0), dense.get(1));
        });
    }

    /** A value a channel, from a dense row of them. */
    private Source channel(long row) {
        long step = Float.BYTES;
        return switch (shape.rank()) {
            case 2 -> new Source.Register(code.load(code.operand(row, Element.F32, List.of(0L))));
            case 4 -> new Source.Single(code.single(row, List.of(0L, step, 0L)));
            default -> new Source.Single(code.single(row, List.of(0L, step)));
        };
    }
}
