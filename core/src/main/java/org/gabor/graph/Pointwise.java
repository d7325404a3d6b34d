package org.gabor.graph;

import java.util.Collections;
import java.util.List;

/** Operations that work element by element, or on a channel at a time. Channels are axis 1. */
public sealed interface Pointwise extends Op {

    /**
     * Pixels to numbers: y = scale[c] x + shift[c], computed in 32-bit floats. Input U8 or F32 [n,c,h,w]; result F32 of
     * the same shape. Mean subtraction and normalisation of a data set are two ways to choose scale and shift.
     */
    record Normalize(List<Double> scale, List<Double> shift) implements Pointwise {
        public Normalize {
            scale = List.copyOf(scale);
            shift = List.copyOf(shift);
        }

        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape x = in.get(0).shape();
            check(in.get(0).dtype() == DType.U8 || in.get(0).dtype() == DType.F32, "the input must be u8 or f32, got %s",
                    in.get(0));
            check(x.rank() == 4 && x.c() == scale.size() && x.c() == shift.size(),
                    "%d scales and %d shifts for an input of %s", scale.size(), shift.size(), x);
            return new TensorType(x, DType.F32);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            if (y.in(0).type().dtype() == DType.U8) return List.of();
            var scaled = new Normalize(scale, Collections.nCopies(scale.size(), 0.0));
            return List.of(new Gradient(0, y.graph().add(scaled, dy)));
        }
    }

    /** y = a + b. Operands of one rank; where one has a dimension of 1, its element serves all (broadcasting). */
    record Add() implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) { return broadcast(this, in); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, dy.sumTo(y.in(0).shape())), new Gradient(1, dy.sumTo(y.in(1).shape())));
        }
    }

    /** y = a b, element by element, broadcast as {@link Add}. */
    record Mul() implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) { return broadcast(this, in); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Node a = y.in(0), b = y.in(1);
            return List.of(new Gradient(0, dy.times(b).sumTo(a.shape())),
                    new Gradient(1, dy.times(a).sumTo(b.shape())));
        }
    }

    /** Sums x over the axes on which the result has a dimension of 1: the gradient of broadcasting. */
    record SumTo(Shape to) implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape x = in.get(0).shape();
            check(x.rank() == to.rank(), "%s has another rank than %s", x, to);
            for (int i = 0; i < to.rank(); i++)
                check(to.dim(i) == x.dim(i) || to.dim(i) == 1, "%s cannot be summed to %s", x, to);
            return new TensorType(to, DType.F32);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Node zero = y.graph().add(new Leaf.Fill(y.in(0).type(), 0));
            return List.of(new Gradient(0, zero.plus(dy)));
        }
    }

    private static TensorType broadcast(Op op, List<TensorType> in) {
        op.arity(in, 2);
        Shape a = in.get(0).shape(), b = in.get(1).shape();
        op.check(a.rank() == b.rank() && in.get(0).dtype() == in.get(1).dtype(), "%s and %s do not fit together",
                in.get(0), in.get(1));
        int[] dims = new int[a.rank()];
        for (int i = 0; i < dims.length; i++) {
            op.check(a.dim(i) == b.dim(i) || a.dim(i) == 1 || b.dim(i) == 1,
                    "%s and %s do not fit together: dimension %d is %d and %d", a, b, i, a.dim(i), b.dim(i));
            dims[i] = Math.max(a.dim(i), b.dim(i));
        }
        return in.get(0).with(Shape.of(dims));
    }

    /** y[n,c,...] = x[n,c,...] + b[c]. Inputs x of rank 2 or 4, b [c]. */
    record AddBias() implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape x = in.get(0).shape(), b = in.get(1).shape();
            check(x.rank() >= 2 && b.rank() == 1 && b.dim(0) == x.c(), "bias %s does not fit %s", b, x);
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, dy), new Gradient(1, y.graph().add(new ChannelSum(), dy)));
        }
    }

    /** y[c] = sum of x[n,c,...] over everything but the channel: the gradient of a bias. */
    record ChannelSum() implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            check(in.get(0).shape().rank() >= 2, "the input must be n,c,..., got %s", in.get(0));
            return TensorType.f32(in.get(0).shape().c());
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Node zero = y.graph().add(new Leaf.Fill(y.in(0).type(), 0));
            return List.of(new Gradient(0, zero.addBias(dy)));
        }
    }

    /** y = f(x), element by element. */
    record Activate(Activation f) implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Node of = f.slopeOfInput() ? y.in(0) : y;
            return List.of(new Gradient(0, y.graph().add(new ActivateGrad(f), of, dy)));
        }

        @Override
        public String label() { return f.label(); }
    }

    /**
     * dx = f'(v) dy, where v is the result y = f(x), so that the memory of x is free after the forward step, or for
     * {@link Activation#slopeOfInput} the input x. Inputs v, dy.
     */
    record ActivateGrad(Activation f) implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            check(in.get(0).equals(in.get(1)), "the value is %s, dy is %s", in.get(0), in.get(1));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) { return List.of(); }

        @Override
        public String label() { return f.label() + "Grad"; }
    }

    /**
     * y = keep x / (1 - rate), where keep is 1 with probability 1 - rate, else 0 (Srivastava et al. 2014, inverted).
     * Element i (in logical order) is kept if the i-th 32-bit word of the random stream, as an unsigned number, is at
     * least {@code threshold(rate)}. The stream has the key {@code seed} and the counter (i / 4, step, epoch, stream):
     * no mask is stored, and the gradient is the same op on dy. Inputs x, seed I32 [2] (low word, high word), step I32
     * [1],
     * epoch I32 [1].
     */
    record Dropout(double rate, int stream) implements Pointwise {
        public Dropout {
            if (!(rate >= 0 && rate < 1)) throw new ShapeException("dropout: the rate must be in [0, 1), got " + rate);
        }

        /** Words below this number, unsigned, drop their element: rate 2^32, rounded, at most 2^32 - 1. */
        public static int threshold(double rate) { return (int) Math.min(Math.round(rate * 0x1p32), 0xFFFFFFFFL); }

        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 4);
            check(in.get(1).equals(TensorType.i32(2)) && in.get(2).equals(TensorType.i32(1))
                    && in.get(3).equals(TensorType.i32(1)), "seed, step and epoch must be i32 2, 1 and 1, got %s", in);
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(this, dy, y.in(1), y.in(2), y.in(3))));
        }
    }

    /**
     * The same number in another float type: F32 to BF16, rounded to the nearest, ties to even, or BF16 to F32, exactly.
     * The gradient is cast back. {@link org.gabor.compile.Compiler} puts it where a backend is to compute in BF16.
     */
    record Cast(DType to) implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            DType from = in.getFirst().dtype();
            boolean known = (from == DType.F32 && to == DType.BF16) || (from == DType.BF16 && to == DType.F32);
            check(known, "no cast from %s to %s", from.label(), to.label());
            return new TensorType(in.getFirst().shape(), to);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new Cast(y.in(0).type().dtype()), dy)));
        }
    }
}
