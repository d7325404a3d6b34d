package org.gabor.cpu;

import static org.gabor.cpu.UpdateLowering.address;

import org.gabor.cpu.kernel.Factors;
import org.gabor.graph.Activation;
import org.gabor.graph.Node;
import org.gabor.graph.Update;
import org.gabor.graph.Update.SlabUpdate;
import org.gabor.graph.UpdateRule;

/** An optimizer's step: one pass over weights, gradients and state for every group. */
final class SlabLowering {
    /** Bytes of the factors that belong to a step. */
    static final long FACTOR_BYTES = 2L * Float.BYTES;

    private final CpuLowering to;
    private final Node node;
    private final Update.Group group;
    private final long factors;
    private final Code code;
    private final int weights;
    private final int w;
    private final int g;

    private SlabLowering(CpuLowering to, Node node, Update.Group group, long factors, boolean decays) {
        this.to = to;
        this.node = node;
        this.group = group;
        this.factors = factors;
        this.code = new Code(group.end() - group.begin());
        this.weights = slab(0);
        this.w = code.load(weights);
        int gradient = code.load(slab(1));
        this.g = decays && group.weightDecay() != 0 ? code.add(gradient, code.times(w, group.weightDecay())) : gradient;
    }

    /** True if the rule has factors that change from step to step. */
    static boolean hasFactors(UpdateRule rule) {
        return rule instanceof UpdateRule.Adam || (rule instanceof UpdateRule.Sgd s && s.momentum() != 0);
    }

    static void lower(CpuLowering to, SlabUpdate op, Node node) {
        boolean decays = !(op.rule() instanceof UpdateRule.Adam a && a.decoupled());
        long factors = hasFactors(op.rule()) ? to.workspace(FACTOR_BYTES) : 0;
        if (factors != 0) to.add(new Factors.OfStep(op.rule(), address(to, node, 3), address(to, node, 2), factors));
        for (Update.Group group : op.groups())
            if (group.end() > group.begin()) new SlabLowering(to, node, group, factors, decays).lower(op.rule());
    }

    private void lower(UpdateRule rule) {
        int updated = switch (rule) {
            case UpdateRule.Sgd sgd -> minusRate(w, sgd.momentum() == 0 ? g : momentum(sgd));
            case UpdateRule.Adam a -> adam(a);
            case UpdateRule.RmsProp r -> minusRate(w, rmsProp(r));
            case UpdateRule.Adagrad a -> {
                int state = slab(SlabUpdate.FIRST_STATE), s = code.add(code.load(state), code.times(g, g));
                code.store(s, state);
                yield minusRate(w, code.over(g, code.plus(code.root(s), a.eps())));
            }
        };
        code.store(updated, weights);
        to.add(code.kernel(address(to, node, 4)));
    }

    private int momentum(UpdateRule.Sgd sgd) {
        int state = slab(SlabUpdate.FIRST_STATE), kept = code.timesSingle(code.load(state), code.single(factors));
        int v = code.add(kept, code.timesSingle(g, code.single(factors + Float.BYTES)));
        code.store(v, state);
        return sgd.nesterov() ? code.add(g, code.times(v, sgd.momentum())) : v;
    }

    private int adam(UpdateRule.Adam a) {
        int m = average(SlabUpdate.FIRST_STATE, a.beta1(), g);
        int v = average(SlabUpdate.FIRST_STATE + 1, a.beta2(), code.times(g, g));
        int root = code.plus(code.timesSingle(code.root(v), code.single(factors + Float.BYTES)), a.eps());
        int from = a.decoupled() && group.weightDecay() != 0 ? minusRate(w, code.times(w, group.weightDecay())) : w;
        return code.minus(from, code.timesSingle(code.over(m, root), code.single(factors)));
    }

    private int rmsProp(UpdateRule.RmsProp r) {
        int state = SlabUpdate.FIRST_STATE, s = average(state++, r.alpha(), code.times(g, g));
        if (r.centred()) {
            int a = average(state++, r.alpha(), g);
            // rounding may bring the variance below 0
            s = code.apply(new Activation.Relu(), code.minus(s, code.times(a, a)));
        }
        int step = code.over(g, code.plus(code.root(s), r.eps()));
        if (r.momentum() == 0) return step;
        int slab = slab(state), b = code.add(code.times(code.load(slab), r.momentum()), step);
        code.store(b, slab);
        return b;
    }

    /** state = decay state + (1 - decay) x. */
    private int average(int state, double decay, int x) {
        int slab = slab(state), average = code.add(code.times(code.load(slab), decay), code.times(x, 1 - decay));
        code.store(average, slab);
        return average;
    }

    private int minusRate(int x, int step) { return code.minus(x, code.timesSingle(step, code.single(address(to, node, 2)))); }

    /** The group's part of a slab. */
    private int slab(int input) { return code.operand(address(to, node, input) + (long) group.begin() * Float.BYTES); }
}
