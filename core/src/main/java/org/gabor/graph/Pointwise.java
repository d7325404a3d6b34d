package org.gabor.graph;

import java.util.List;

/** Operations that work element by element, or on a channel at a time. Channels are axis 1. */
public sealed interface Pointwise extends Op {

    /**
     * Pixels to numbers: y = scale[c] x + shift[c], computed in 32-bit floats. Input U8 [n,c,h,w]; result F32 of the
     * same shape. Mean subtraction and normalisation of a data set are two ways to choose scale and shift.
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
            check(in.get(0).dtype() == DType.U8, "the input must be u8, got %s", in.get(0));
            check(x.rank() == 4 && x.c() == scale.size() && x.c() == shift.size(),
                    "%d scales and %d shifts for an input of %s", scale.size(), shift.size(), x);
            return new TensorType(x, DType.F32);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(); }
    }

    /** y = a + b, both of one shape. */
    record Add() implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            check(in.get(0).equals(in.get(1)), "%s and %s differ", in.get(0), in.get(1));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(new Gradient(0, dy), new Gradient(1, dy)); }
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
            return in.get(0).with(Shape.of(in.get(0).shape().c()));
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
            return List.of(new Gradient(0, y.graph().add(new ActivateGrad(f), y, dy)));
        }

        @Override
        public String label() { return f.label(); }
    }

    /**
     * dx = f'(x) dy, with f' written in terms of the result y = f(x), so that the memory of x is free after the
     * forward step. Inputs y, dy.
     */
    record ActivateGrad(Activation f) implements Pointwise {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            check(in.get(0).equals(in.get(1)), "y is %s, dy is %s", in.get(0), in.get(1));
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) { return List.of(); }

        @Override
        public String label() { return f.label() + "Grad"; }
    }
}
