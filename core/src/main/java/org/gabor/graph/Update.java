package org.gabor.graph;

import java.util.List;

/**
 * Operations that change a parameter in place: input 0, and for {@link SlabUpdate} the optimizer's state as well.
 * They stand after every reader of what they change. All but the guard itself read the guard and do nothing once it
 * is set, so a step that is not finite never reaches the weights, however rarely the host looks.
 */
public sealed interface Update extends Op {
    /** The guard's type: element 0 is 1 once a step was not finite, element 1 is the first such step. */
    TensorType GUARD = TensorType.i32(2);

    @Override
    default Storage storage() { return Storage.UPDATE; }

    @Override
    default List<Gradient> vjp(Node y, Node dy) { return List.of(); }

    /**
     * Gradients side by side in one slab: input i + 1, flattened in logical order, goes to element
     * {@code offsets[i]}. Inputs slab [size], gradients. The elements between stay as they are (zero).
     */
    record PackSlab(List<Integer> offsets) implements Update {
        public PackSlab {
            offsets = List.copyOf(offsets);
        }

        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, offsets.size() + 1);
            long size = in.get(0).shape().size();
            for (int i = 0; i < offsets.size(); i++) {
                long end = offsets.get(i) + in.get(i + 1).shape().size();
                check(end <= size, "gradient %d ends at %d, the slab at %d", i, end, size);
            }
            return in.get(0);
        }

        @Override
        public String toString() { return "PackSlab[" + offsets.size() + " gradients]"; }
    }

    /**
     * Sets the guard if it is not set and the loss or a gradient is NaN or infinite. Inputs guard I32 [2], step I32
     * [1], loss [1], gradient slab.
     */
    record FiniteGuard() implements Update {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 4);
            check(in.get(0).equals(GUARD) && in.get(1).equals(TensorType.i32(1)), "guard is %s, step is %s", in.get(0),
                    in.get(1));
            return in.get(0);
        }
    }

    /** A contiguous part of the slabs with its own weight decay: elements {@code begin} to {@code end - 1}. */
    record Group(String name, int begin, int end, double weightDecay) {}

    /**
     * g = g min(1, limit / (|g| + 1e-6)), |g| the L2 norm of the whole slab (Pascanu et al. 2013). Inputs gradients,
     * guard.
     */
    record ClipNorm(double limit) implements Update {
        @Override
        public TensorType infer(List<TensorType> in) { return guarded(this, in, limit); }
    }

    /** g = min(max(g, -limit), limit), element by element. Inputs gradients, guard. */
    record ClipValue(double limit) implements Update {
        @Override
        public TensorType infer(List<TensorType> in) { return guarded(this, in, limit); }
    }

    private static TensorType guarded(Update op, List<TensorType> in, double limit) {
        op.arity(in, 2);
        op.check(limit > 0, "the limit must be above 0, got %s", limit);
        op.check(in.get(1).equals(GUARD), "guard is %s", in.get(1));
        return in.get(0);
    }

    /**
     * One optimizer step for all weights. Inputs weights [size], gradients [size], lr [1], step I32 [1], guard, then
     * {@code rule.states()} state slabs [size], which change in place as well.
     */
    record SlabUpdate(UpdateRule rule, List<Group> groups) implements Update {
        /** Index of the first state slab among the inputs. */
        public static final int FIRST_STATE = 5;

        public SlabUpdate {
            groups = List.copyOf(groups);
        }

        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, FIRST_STATE + rule.states());
            TensorType slab = in.get(0);
            check(in.get(1).equals(slab), "weights are %s, gradients are %s", slab, in.get(1));
            check(in.get(4).equals(GUARD), "guard is %s", in.get(4));
            for (TensorType state : in.subList(FIRST_STATE, in.size()))
                check(state.equals(slab), "weights are %s, state is %s", slab, state);
            for (Group g : groups)
                check(0 <= g.begin && g.begin <= g.end && g.end <= slab.shape().size(), "group %s outside of %s", g,
                        slab);
            return slab;
        }
    }

    /**
     * running = (1 - momentum) running + momentum stats, the variance (row 1) times count / (count - 1), which makes it
     * unbiased as in PyTorch. Inputs running [2,c], stats [2,c], guard.
     */
    record RunningUpdate(double momentum, long count) implements Update {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 3);
            check(in.get(0).equals(in.get(1)), "running is %s, statistics are %s", in.get(0), in.get(1));
            check(in.get(2).equals(GUARD), "guard is %s", in.get(2));
            return in.get(0);
        }
    }

    /** total = total + x, one element each. Inputs total, x, guard. */
    record Accumulate() implements Update {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 3);
            check(in.get(0).equals(in.get(1)), "total is %s, x is %s", in.get(0), in.get(1));
            check(in.get(2).equals(GUARD), "guard is %s", in.get(2));
            return in.get(0);
        }
    }

    /** average = decay average + (1 - decay) weights: an exponential moving average. Inputs average, weights, guard. */
    record MovingAverage(double decay) implements Update {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 3);
            check(decay >= 0 && decay < 1, "the decay must be in [0, 1), got %s", decay);
            check(in.get(0).equals(in.get(1)), "average is %s, weights are %s", in.get(0), in.get(1));
            check(in.get(2).equals(GUARD), "guard is %s", in.get(2));
            return in.get(0);
        }
    }
}
