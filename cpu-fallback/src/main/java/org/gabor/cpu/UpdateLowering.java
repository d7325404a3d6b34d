package org.gabor.cpu;

import java.util.List;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.FiniteScan;
import org.gabor.cpu.kernel.Loop;
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
            case SlabUpdate s -> {
                for (Update.Group g : s.groups()) if (g.end() > g.begin()) slab(to, s.rule(), g, node);
            }
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

    private static void slab(CpuLowering to, Update.Rule rule, Update.Group group, Node node) {
        long first = (long) group.begin() * Float.BYTES;
        var code = new Code(group.end() - group.begin());
        int weights = code.operand(address(to, node, 0) + first), rate = code.single(address(to, node, 2));
        int w = code.load(weights);
        int g = code.load(code.operand(address(to, node, 1) + first));
        if (group.weightDecay() != 0) g = code.add(g, code.times(w, group.weightDecay()));
        int step = switch (rule) {
            case Update.Rule.Sgd sgd when sgd.momentum() == 0 -> g;
            case Update.Rule.Sgd sgd -> {
                int state = code.operand(address(to, node, SlabUpdate.FIRST_STATE) + first);
                int v = code.add(code.times(code.load(state), sgd.momentum()), g);
                code.store(v, state);
                yield sgd.nesterov() ? code.add(g, code.times(v, sgd.momentum())) : v;
            }
        };
        code.store(code.minus(w, code.timesSingle(step, rate)), weights);
        to.add(code.kernel(address(to, node, 4)));
    }

    private static void running(CpuLowering to, double momentum, double factor, Node node, int first, int count) {
        long offset = (long) first * Float.BYTES;
        var code = new Code(count);
        int running = code.operand(address(to, node, 0) + offset);
        int stats = code.load(code.operand(address(to, node, 1) + offset));
        int kept = code.times(code.load(running), 1 - momentum);
        code.store(code.add(kept, code.times(stats, momentum * factor)), running);
        to.add(code.kernel(address(to, node, 2)));
    }

    private static long address(CpuLowering to, Node node, int input) { return to.at(node.in(input)).address(); }
}
