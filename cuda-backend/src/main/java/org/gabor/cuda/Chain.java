package org.gabor.cuda;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gabor.cuda.Code.Draw;
import org.gabor.cuda.Code.Value;
import org.gabor.graph.DType;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnGradX;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.jspecify.annotations.Nullable;

/**
 * Elementwise operations of one shape as one pointwise kernel. Members that somebody else reads are stored on the way. What
 * lies between members stays in 32-bit floats, whatever the type of the values. A chain too long for one kernel is cut.
 */
final class Chain {
    private final CudaLowering to;
    private final List<Node> members;
    private final Stored result;
    /** Rows of factors of the members that have some. */
    private final Map<Node, Long> rows;
    private final Map<Node, Value> values = new HashMap<>();
    private Code code;

    Chain(CudaLowering to, List<Node> members) {
        this(to, members, to.at(members.getLast()), new HashMap<>());
    }

    private Chain(CudaLowering to, List<Node> members, Stored result, Map<Node, Long> rows) {
        this.to = to;
        this.members = members;
        this.result = result;
        this.rows = rows;
        this.code = new Code(result);
    }

    /** Scratch memory of a member. */
    static long workspace(Node node) {
        return switch (node.op()) {
            case BatchNorm _ -> ChannelFactors.workspace(ChannelFactors.FORWARD_ROWS, node);
            case BnGradX g -> ChannelFactors.workspace(ChannelFactors.rows(g), node);
            case Op _ -> 0;
        };
    }

    /** Adds the kernel, and before it those that compute what it needs for a channel. */
    void lower() { lower(null); }

    /** Goes on from {@code start}, if there is one, which lies where the result will. */
    private void lower(@Nullable Node start) {
        int end = members.size();
        write(start, end);
        while (!code.fits()) {
            end = cut(end);
            write(start, end);
        }
        to.add(code.launch(0));
        if (end == members.size()) return;
        Node last = members.get(end - 1);
        new Chain(to, members.subList(end, members.size()), result, rows).lower(to.isStored(last) ? null : last);
    }

    /** The code of the first {@code end} members. The last of them lies where the result will if nobody else reads it. */
    private void write(@Nullable Node start, int end) {
        code = new Code(result);
        values.clear();
        if (start != null) values.put(start, code.operand(result));
        Node last = members.get(end - 1);
        for (Node n : members.subList(0, end)) {
            Value y = member(n);
            values.put(n, y);
            if (to.isStored(n) || n.equals(last)) code.store(y, code.operand(to.isStored(n) ? to.at(n) : result));
        }
    }

    /** The last place before {@code end} where no more than one value goes on that is not stored anyway. */
    private int cut(int end) {
        for (int k = end - 1; k > 0; k--) {
            Node last = members.get(k - 1);
            boolean fits = to.isStored(last) || last.type().dtype() == result.dtype();
            Set<Node> read = new HashSet<>();
            for (Node n : members.subList(k, members.size())) read.addAll(n.inputs());
            if (fits && members.subList(0, k - 1).stream().allMatch(n -> to.isStored(n) || !read.contains(n))) return k;
        }
        throw new IllegalStateException("no kernel can hold all values of the chain that ends in " + members.getLast());
    }

    private Value member(Node n) {
        return switch (n.op()) {
            case Leaf.Fill f -> new Value.Constant((float) f.value());
            case Loss.Expand e -> {
                Stored x = to.at(n.in(0));
                yield code.times(code.single(x.address(), x.dtype()), e.scale());
            }
            case Pointwise.Normalize p -> normalized(p, n);
            case Pointwise.Cast _ -> value(n.in(0));
            case Pointwise.Add _ -> code.plus(value(n.in(0)), value(n.in(1)));
            case Pointwise.AddBias _ -> code.plus(value(n.in(0)), channel(n.in(1)));
            case Pointwise.Mul _ -> code.times(value(n.in(0)), value(n.in(1)));
            case Pointwise.Activate a -> code.apply(a.f(), value(n.in(0)));
            case Pointwise.ActivateGrad a -> code.slope(a.f(), value(n.in(0)), value(n.in(1)));
            case Pointwise.Dropout d -> code.drop(value(n.in(0)), new Draw(d, to.at(n.in(1)).address(),
                    to.at(n.in(2)).address(), to.at(n.in(3)).address()));
            case BatchNorm b -> {
                long factors = rows.computeIfAbsent(n, _ -> ChannelFactors.forward(to, b, n));
                yield code.plus(code.times(centred(n), code.channel(factors, DType.F32)), channel(n.in(3)));
            }
            case BnGradX g -> batchNormGradient(g, n);
            case Op other -> throw new IllegalStateException(other + " in a chain");
        };
    }

    /** Pixels to numbers. */
    private Value normalized(Pointwise.Normalize op, Node n) {
        int channels = op.scale().size();
        long factors = rows.computeIfAbsent(n, _ -> {
            var both = new float[2 * channels];
            for (int c = 0; c < channels; c++) {
                both[c] = op.scale().get(c).floatValue();
                both[channels + c] = op.shift().get(c).floatValue();
            }
            return to.constants().floats(both);
        });
        Value scaled = code.times(value(n.in(0)), code.channel(factors, DType.F32));
        return code.plus(scaled, code.channel(factors + (long) channels * Float.BYTES, DType.F32));
    }

    /** gamma / sqrt(var + eps) times (dy - sums[0] / m - (x - mean) sums[1] / (m sqrt(var + eps))). */
    private Value batchNormGradient(BnGradX op, Node n) {
        long factors = rows.computeIfAbsent(n, _ -> ChannelFactors.gradient(to, op, n));
        long row = (long) n.shape().c() * Float.BYTES;
        Value dy = value(n.in(3));
        if (op.batch()) {
            Value slope = code.times(centred(n), code.channel(factors + 2 * row, DType.F32));
            dy = code.minus(code.minus(dy, code.channel(factors + row, DType.F32)), slope);
        }
        return code.times(dy, code.channel(factors, DType.F32));
    }

    private Value centred(Node n) { return code.minus(value(n.in(0)), channel(n.in(1))); }

    /** The first row of a dense value of rows, a number a channel. */
    private Value channel(Node row) {
        Stored x = to.at(row);
        return code.channel(x.address(), x.dtype());
    }

    private Value value(Node n) { return values.computeIfAbsent(n, _ -> code.operand(to.at(n))); }
}
