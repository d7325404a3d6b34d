package org.gabor.graph;

import java.util.List;

/** Losses and scores, a value a sample, and the sums that make one number of them. */
public sealed interface Loss extends Op {

    /**
     * loss[n] = log(sum over c of exp x[n,c]) - x[n, label[n]]: the cross entropy of softmax(x) against a class, a
     * value a sample. Inputs x [n,c], labels I32 [n] in 0 to c - 1; result [n].
     */
    record SoftmaxCrossEntropy() implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            return scored(this, in);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new SoftmaxCrossEntropyGrad(), y.in(0), y.in(1), dy)));
        }
    }

    /** dx[n,c] = (softmax(x)[n,c] - (c = label[n])) dy[n]. Inputs x [n,c], labels I32 [n], dy [n]. */
    record SoftmaxCrossEntropyGrad() implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 3);
            check(in.get(2).equals(scored(this, in)), "dy is %s for an input of %s", in.get(2), in.get(0));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /** y[n,c] = exp x[n,c] / sum over j of exp x[n,j]. Input and result [n,c]. */
    record Softmax() implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            check(in.get(0).shape().rank() == 2, "the input must be n,c, got %s", in.get(0));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new SoftmaxGrad(), y, dy)));
        }
    }

    /** dx[n,c] = y[n,c] (dy[n,c] - sum over j of y[n,j] dy[n,j]). Inputs y = softmax(x), dy. */
    record SoftmaxGrad() implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            check(in.get(0).equals(in.get(1)), "y is %s, dy is %s", in.get(0), in.get(1));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /**
     * hit[n] = 1 if the label's score is among the k largest of x[n], else 0; of equal scores the lower class comes
     * first. Inputs x [n,c], labels I32 [n]; result [n].
     */
    record InTopK(int k) implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            check(k >= 1, "k must be at least 1, got %d", k);
            return scored(this, in);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /** y = scale times the sum of all elements, a scalar [1]. */
    record Sum(double scale) implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            return in.get(0).with(Shape.of(1));
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new Expand(y.in(0).shape(), scale), dy)));
        }
    }

    /** Every element of the result is scale times the one element of the input: the gradient of {@link Sum}. */
    record Expand(Shape to, double scale) implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            check(in.get(0).shape().size() == 1, "the input must have one element, got %s", in.get(0));
            return in.get(0).with(to);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new Sum(scale), dy)));
        }
    }

    private static TensorType scored(Op op, List<TensorType> in) {
        Shape x = in.get(0).shape();
        op.check(x.rank() == 2, "the scores must be n,c, got %s", x);
        op.check(in.get(1).equals(TensorType.i32(x.n())), "labels must be i32 %d, got %s", x.n(), in.get(1));
        return in.get(0).with(Shape.of(x.n()));
    }
}
