package org.gabor.graph;

import java.util.List;

/**
 * Losses and scores, a value a sample, and the sums that make one number of them. Scores are [n,c] with labels [n], or
 * [n,c,h,w] with labels [n,h,w], where every pixel is a sample.
 */
public sealed interface Loss extends Op {

    /** The criterion's loss of every sample. Inputs x, labels I32; result F32 of the labels' shape. */
    record SampleLoss(Criterion criterion) implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            criterion.check(this, in.get(0).shape());
            return scored(this, in);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new SampleLossGrad(criterion), y.in(0), y.in(1), dy)));
        }

        @Override
        public String label() { return criterion.label(); }
    }

    /** The derivative of {@link SampleLoss}, times dy of the sample. Inputs x, labels I32, dy; result like x. */
    record SampleLossGrad(Criterion criterion) implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 3);
            check(in.get(2).equals(scored(this, in)), "dy is %s for an input of %s", in.get(2), in.get(0));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }

        @Override
        public String label() { return criterion.label() + "Grad"; }
    }

    /**
     * weight[i] = the criterion's weight of the label, 0 for an ignored one. Input labels I32; result F32 of their
     * shape.
     */
    record SampleWeight(Criterion.CrossEntropy criterion) implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            check(in.get(0).dtype() == DType.I32, "labels must be i32, got %s", in.get(0));
            return new TensorType(in.get(0).shape(), DType.F32);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /** y[n,c,...] = exp x[n,c,...] / sum over j of exp x[n,j,...]. */
    record Softmax() implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) { return channels(this, in); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new SoftmaxGrad(), y, dy)));
        }
    }

    /** dx[n,c,...] = y[n,c,...] (dy[n,c,...] - sum over j of y[n,j,...] dy[n,j,...]). Inputs y = softmax(x), dy. */
    record SoftmaxGrad() implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) { return twoOfOneType(this, in); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /** y[n,c,...] = x[n,c,...] - log(sum over j of exp x[n,j,...]). */
    record LogSoftmax() implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) { return channels(this, in); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new LogSoftmaxGrad(), y, dy)));
        }
    }

    /** dx[n,c,...] = dy[n,c,...] - exp(y[n,c,...]) sum over j of dy[n,j,...]. Inputs y = log softmax(x), dy. */
    record LogSoftmaxGrad() implements Loss {
        @Override
        public TensorType infer(List<TensorType> in) { return twoOfOneType(this, in); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /**
     * hit[i] = 1 if the label's score is among the k largest of its sample, else 0; of equal scores the lower class
     * comes
     * first. Inputs x, labels I32; result F32 of the labels' shape.
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
        op.check(x.rank() == 2 || x.rank() == 4, "the scores must be n,c or n,c,h,w, got %s", x);
        TensorType labels = x.rank() == 2 ? TensorType.i32(x.n()) : TensorType.i32(x.n(), x.h(), x.w());
        op.check(in.get(1).equals(labels), "labels must be %s, got %s", labels, in.get(1));
        return in.get(0).with(labels.shape());
    }

    private static TensorType channels(Op op, List<TensorType> in) {
        op.arity(in, 1);
        Shape x = in.get(0).shape();
        op.check(x.rank() == 2 || x.rank() == 4, "the input must be n,c or n,c,h,w, got %s", x);
        return in.get(0);
    }

    private static TensorType twoOfOneType(Op op, List<TensorType> in) {
        op.arity(in, 2);
        op.check(in.get(0).equals(in.get(1)), "y is %s, dy is %s", in.get(0), in.get(1));
        return in.get(0);
    }
}
