package org.gabor.cuda;

import static org.gabor.cuda.UpdateLowering.address;

import java.util.List;
import org.gabor.graph.Node;
import org.gabor.graph.Update.Group;
import org.gabor.graph.Update.SlabUpdate;
import org.gabor.graph.UpdateRule;
import org.gabor.graph.UpdateRule.Adagrad;
import org.gabor.graph.UpdateRule.Adam;
import org.gabor.graph.UpdateRule.RmsProp;
import org.gabor.graph.UpdateRule.Sgd;

/** An optimizer's step (update.cu): one pass over weights, gradients and state, all groups at once. */
final class SlabLowering {
    /** Bytes of the factors that belong to a step. */
    static final long FACTOR_BYTES = 2L * Float.BYTES;

    private static final int THREADS = 256;
    /** Weights of a block. */
    private static final int BLOCK = 4 * THREADS;
    /** Groups that a kernel takes. */
    private static final int GROUPS = 16;
    private static final int STATES = 3;
    private static final int GROUP_BYTES = 24;
    private static final int GROUPS_AT = 72;
    private static final int NUMBERS_AT = GROUPS_AT + GROUPS * GROUP_BYTES;
    private static final int SLAB_BYTES = NUMBERS_AT + 40;
    private static final int STEP_BYTES = 48;

    /** The rule as the kernels number it, and the numbers that they take. */
    private record Numbers(int rule, double first, double second, double eps, boolean flag) {
        static Numbers of(UpdateRule rule) {
            return switch (rule) {
                case Sgd s -> new Numbers(0, s.momentum(), s.dampening(), 0, s.nesterov());
                case Adam a -> new Numbers(1, a.beta1(), a.beta2(), a.eps(), a.decoupled());
                case RmsProp r -> new Numbers(2, r.alpha(), r.momentum(), r.eps(), r.centred());
                case Adagrad a -> new Numbers(3, 0, 0, a.eps(), false);
            };
        }
    }

    private SlabLowering() {}

    /** True if the rule has factors that change from step to step. */
    static boolean hasFactors(UpdateRule rule) {
        return rule instanceof Adam || (rule instanceof Sgd s && s.momentum() != 0);
    }

    static void lower(CudaLowering to, SlabUpdate op, Node node) {
        long factors = hasFactors(op.rule()) ? factors(to, op.rule(), node) : 0;
        List<Group> groups = op.groups().stream().filter(g -> g.end() > g.begin()).toList();
        for (int i = 0; i < groups.size(); i += GROUPS)
            to.add(slab(to, op.rule(), node, factors, groups.subList(i, Math.min(groups.size(), i + GROUPS))));
    }

    private static long factors(CudaLowering to, UpdateRule rule, Node node) {
        long result = to.workspace(FACTOR_BYTES);
        Numbers n = Numbers.of(rule);
        var struct = new Struct(STEP_BYTES).pointer(address(to, node, 3)).pointer(address(to, node, 2)).pointer(result)
                .precise(n.first).precise(n.second).integer(n.rule);
        to.add(new Launch(UpdateLowering.FAMILY, "update_factors", Launch.Grid.of(1), 1,
                new Arguments().struct(struct.toBytes())));
        return result;
    }

    private static Launch slab(CudaLowering to, UpdateRule rule, Node node, long factors, List<Group> groups) {
        long size = node.shape().size();
        var struct = new Struct(SLAB_BYTES).pointer(address(to, node, 0)).pointer(address(to, node, 1))
                .pointer(address(to, node, 2)).pointer(factors).pointer(address(to, node, 4));
        for (int i = 0; i < STATES; i++)
            struct.pointer(i < rule.states() ? address(to, node, SlabUpdate.FIRST_STATE + i) : 0);
        struct.big(size);
        for (Group g : groups) struct.big(g.begin()).big(g.end()).number((float) g.weightDecay()).integer(0);
        Numbers n = Numbers.of(rule);
        struct.at(NUMBERS_AT).number((float) n.first).number((float) (1 - n.first)).number((float) n.second)
                .number((float) (1 - n.second)).number((float) n.eps);
        struct.integer(n.rule).integer(groups.size()).integer(n.flag ? 1 : 0).integer(rule.states());
        return new Launch(UpdateLowering.FAMILY, "update_slab", Launch.Grid.of(Math.ceilDiv(size, BLOCK)), THREADS,
                new Arguments().struct(struct.toBytes()));
    }
}
