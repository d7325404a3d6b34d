package org.gabor.cpu;

import java.util.List;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Factors;
import org.gabor.cpu.kernel.FiniteScan;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Pointwise.Operator;
import org.gabor.cpu.kernel.Pointwise.Source;
import org.gabor.cpu.kernel.Squares;
import org.gabor.graph.Node;
import org.gabor.graph.Update;
import org.gabor.graph.Update.SlabUpdate;

/** Updates of parameters, in place and guarded. */
final class UpdateLowering {
    private UpdateLowering() {}

    static void lower(CpuLowering to, Update op, Node node) {
        switch (op) {
            case Update.PackSlab p -> pack(to, p, node);
            case Update.FiniteGuard _ -> to.add(new FiniteScan(address(to, node, 0), address(to, node, 1), address(to, node, 2),
                    address(to, node, 3), node.in(3).shape().size()));
            case Update.ClipNorm c -> clip(to, c, node);
            case Update.ClipValue c -> {
                var code = new Code(Math.toIntExact(node.shape().size()));
                int gradients = code.operand(address(to, node, 0));
                int high = code.combine(Operator.MIN, code.load(gradients), new Source.Constant((float) c.limit()));
                code.store(code.combine(Operator.MAX, high, new Source.Constant((float) -c.limit())), gradients);
                to.add(code.kernel(address(to, node, 1)));
            }
            case SlabUpdate s -> SlabLowering.lower(to, s, node);
            case Update.RunningUpdate r -> {
                int c = node.shape().dim(1);
                running(to, r.momentum(), 1, node, 0, c);
                running(to, r.momentum(), (double) r.count() / (r.count() - 1), node, c, c);
            }
            case Update.Accumulate _ -> {
                var code = new Code(1);
                int total = code.operand(address(to, node, 0));
                code.store(code.add(code.load(total), code.load(code.operand(address(to, node, 1)))), total);
                to.add(code.kernel(address(to, node, 2)));
            }
            case Update.MovingAverage m -> {
                var code = new Code(Math.toIntExact(node.shape().size()));
                int average = code.operand(address(to, node, 0)), weights = code.operand(address(to, node, 1));
                int kept = code.times(code.load(average), m.decay());
                code.store(code.add(kept, code.times(code.load(weights), 1 - m.decay())), average);
                to.add(code.kernel(address(to, node, 2)));
            }
        }
    }

    /** Copies the gradients that the planner could not place in the slab. */
    private static void pack(CpuLowering to, Update.PackSlab op, Node node) {
        for (int i = 0; i < op.offsets().size(); i++) {
            Stored g = to.at(node.in(i + 1));
            long place = address(to, node, 0) + (long) op.offsets().get(i) * Float.BYTES;
            if (g.address() == place) continue;
            var run = new Loop(Math.toIntExact(g.shape().size()), Float.BYTES, Float.BYTES);
            to.add(new Copy(g.address(), place, List.of(run), Float.BYTES));
        }
    }

    /** The norm from sums of blocks, then a pass that scales. */
    private static void clip(CpuLowering to, Update.ClipNorm op, Node node) {
        long gradients = address(to, node, 0), count = node.shape().size(), sums = to.workspace(clipBytes(count));
        int parts = Squares.parts(count);
        long factor = sums + (long) parts * Double.BYTES;
        to.add(new Squares(gradients, count, sums));
        to.add(new Factors.Clip(sums, parts, op.limit(), factor));
        var code = new Code(Math.toIntExact(count));
        int slab = code.operand(gradients);
        code.store(code.timesSingle(code.load(slab), code.single(factor)), slab);
        to.add(code.kernel(address(to, node, 1)));
    }

    /** Scratch memory that clipping {@code count} gradients needs. */
    static long clipBytes(long count) { return (long) Squares.parts(count) * Double.BYTES + Float.BYTES; }

    private static void running(CpuLowering to, double momentum, double factor, Node node, int first, int count) {
        long offset = (long) first * Float.BYTES;
        var code = new Code(count);
        int running = code.operand(address(to, node, 0) + offset);
        int stats = code.load(code.operand(address(to, node, 1) + offset));
        int kept = code.times(code.load(running), 1 - momentum);
        code.store(code.add(kept, code.times(stats, momentum * factor)), running);
        to.add(code.kernel(address(to, node, 2)));
    }

    static long address(CpuLowering to, Node node, int input) { return to.at(node.in(input)).address(); }
}
