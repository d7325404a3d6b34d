package org.gabor.graph;

import java.util.List;

/** Which samples a step takes, from a data set that lies on the device. */
public sealed interface Sampling extends Op {
    @Override
    default List<Gradient> vjp(Node y, Node dy) { return List.of(); }

    /**
     * The samples of a step: y[i] = p((step mod steps) batch + i) with p the {@link org.gabor.random.Permutation} of seed and
     * epoch over {@code samples}. A pure function of its inputs, the same on every device. Inputs seed I32 [2] (low word,
     * high word), step I32 [1], epoch I32 [1]; result I32 [batch].
     *
     * @param samples how many there are
     * @param batch how many a step takes
     * @param steps steps of an epoch; batch times steps is at most {@code samples}
     */
    record Order(int samples, int batch, int steps) implements Sampling {
        public Order {
            if (batch < 1 || steps < 1 || (long) batch * steps > samples)
                throw new ShapeException("order: " + steps + " steps of " + batch + " from " + samples + " samples");
        }

        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 3);
            check(in.get(0).equals(TensorType.i32(2)) && in.get(1).equals(TensorType.i32(1))
                    && in.get(2).equals(TensorType.i32(1)), "seed, step and epoch must be i32 2, 1 and 1, got %s", in);
            return TensorType.i32(batch);
        }
    }

    /**
     * y[i,...] = x[indices[i],...]. Inputs x of any type, with samples along its first axis, and indices I32 [m], each in
     * 0 ... n-1; result like x with m samples.
     */
    record Gather() implements Sampling {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape x = in.get(0).shape(), indices = in.get(1).shape();
            check(x.rank() >= 1 && indices.rank() == 1 && in.get(1).dtype() == DType.I32,
                    "samples and i32 indices are expected, got %s and %s", in.get(0), in.get(1));
            int[] dims = x.dims();
            dims[0] = indices.dim(0);
            return in.getFirst().with(Shape.of(dims));
        }
    }
}
