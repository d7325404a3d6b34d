package org.gabor.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Operations that move elements and compute nothing. */
public sealed interface Movement extends Op {

    /** The same elements in another shape, logical order kept. */
    record Reshape(Shape to) implements Movement {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            check(in.get(0).shape().size() == to.size(), "%s has %d elements, %s has %d", in.get(0).shape(),
                    in.get(0).shape().size(), to, to.size());
            return in.get(0).with(to);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, dy.reshape(y.in(0).shape())));
        }

        @Override
        public Storage storage() { return Storage.VIEW; }
    }

    /**
     * y[i] = x[start + i stride] on every axis, for start + i stride below end. The lists hold a number an axis.
     */
    record Slice(List<Integer> start, List<Integer> end, List<Integer> stride) implements Movement {
        public Slice {
            start = List.copyOf(start);
            end = List.copyOf(end);
            stride = List.copyOf(stride);
        }

        /** A slice without gaps. */
        public static Slice of(int[] start, int[] end) { return of(start, end, ones(start.length)); }

        /** A slice that takes every {@code stride}-th element. */
        public static Slice of(int[] start, int[] end, int[] stride) {
            return new Slice(boxed(start), boxed(end), boxed(stride));
        }

        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape x = in.get(0).shape();
            int rank = x.rank();
            check(start.size() == rank && end.size() == rank && stride.size() == rank,
                    "start %s, end %s, stride %s do not fit %s", start, end, stride, x);
            int[] dims = new int[rank];
            for (int i = 0; i < rank; i++) {
                check(0 <= start.get(i) && start.get(i) < end.get(i) && end.get(i) <= x.dim(i) && stride.get(i) >= 1,
                        "start %s, end %s, stride %s lie outside of %s", start, end, stride, x);
                dims[i] = Math.ceilDiv(end.get(i) - start.get(i), stride.get(i));
            }
            return in.get(0).with(Shape.of(dims));
        }

        /** The transposed movement: zeros between and around the elements. */
        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Shape x = y.in(0).shape();
            int[] high = new int[x.rank()];
            for (int i = 0; i < high.length; i++) {
                int last = start.get(i) + (y.shape().dim(i) - 1) * stride.get(i);
                high[i] = x.dim(i) - 1 - last;
            }
            List<Integer> gaps = stride.stream().map(s -> s - 1).toList();
            return List.of(new Gradient(0, y.graph().add(new Pad(start, boxed(high), gaps), dy)));
        }
    }

    /**
     * Zeros around and between: y[low + i (gap + 1)] = x[i] on every axis, 0 elsewhere; the axis grows to
     * low + (d - 1) (gap + 1) + 1 + high. The lists hold a number an axis.
     */
    record Pad(List<Integer> low, List<Integer> high, List<Integer> gap) implements Movement {
        public Pad {
            low = List.copyOf(low);
            high = List.copyOf(high);
            gap = List.copyOf(gap);
        }

        /** Zeros around only. */
        public static Pad of(int[] low, int[] high) {
            return new Pad(boxed(low), boxed(high), boxed(new int[low.length]));
        }

        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape x = in.get(0).shape();
            int rank = x.rank();
            check(low.size() == rank && high.size() == rank && gap.size() == rank,
                    "low %s, high %s, gap %s do not fit %s",
                    low, high, gap, x);
            int[] dims = new int[rank];
            for (int i = 0; i < rank; i++) {
                check(low.get(i) >= 0 && high.get(i) >= 0 && gap.get(i) >= 0,
                        "low %s, high %s, gap %s must not be negative",
                        low, high, gap);
                dims[i] = low.get(i) + (x.dim(i) - 1) * (gap.get(i) + 1) + 1 + high.get(i);
            }
            return in.get(0).with(Shape.of(dims));
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Shape x = y.in(0).shape();
            int[] end = new int[x.rank()], stride = new int[x.rank()];
            for (int i = 0; i < end.length; i++) {
                stride[i] = gap.get(i) + 1;
                end[i] = low.get(i) + (x.dim(i) - 1) * stride[i] + 1;
            }
            return List.of(new Gradient(0, y.graph().add(new Slice(low, boxed(end), boxed(stride)), dy)));
        }
    }

    /** The inputs one behind the other along {@code axis}; they agree in all other dimensions. */
    record Concat(int axis) implements Movement {
        @Override
        public TensorType infer(List<TensorType> in) {
            check(!in.isEmpty(), "nothing to put together");
            int[] dims = in.getFirst().shape().dims();
            check(0 <= axis && axis < dims.length, "axis %d of %s", axis, in.getFirst().shape());
            dims[axis] = 0;
            for (TensorType t : in) {
                int[] other = t.shape().dims();
                boolean fits = other.length == dims.length && t.dtype() == in.getFirst().dtype();
                for (int i = 0; fits && i < dims.length; i++) fits = i == axis || other[i] == dims[i];
                check(fits, "%s and %s differ in more than axis %d", in.getFirst(), t, axis);
                dims[axis] += other[axis];
            }
            return in.getFirst().with(Shape.of(dims));
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            var gradients = new ArrayList<Gradient>();
            int[] start = new int[y.shape().rank()], end = y.shape().dims();
            for (int i = 0; i < y.inputs().size(); i++) {
                end[axis] = start[axis] + y.in(i).shape().dim(axis);
                gradients.add(new Gradient(i, y.graph().add(Slice.of(start, end), dy)));
                start[axis] = end[axis];
            }
            return gradients;
        }
    }

    /**
     * Borders that mirror the image without repeating its edge: y[h, w] = x[m(h - top), m(w - left)] with m(i) = -i for
     * negative i and 2 (size - 1) - i for i from size on. Input [n,c,h,w]; the border is smaller than the image.
     */
    record PadReflect(int top, int left, int bottom, int right) implements Movement {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape x = in.get(0).shape();
            check(x.rank() == 4, "the input must be n,c,h,w, got %s", x);
            check(Math.min(Math.min(top, left), Math.min(bottom, right)) >= 0 && Math.max(top, bottom) < x.h()
                    && Math.max(left, right) < x.w(), "a border of %d,%d,%d,%d must be smaller than the image %s", top,
                    left,
                    bottom, right, x);
            return in.get(0).with(Shape.of(x.n(), x.c(), top + x.h() + bottom, left + x.w() + right));
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            return List.of(new Gradient(0, y.graph().add(new PadReflectGrad(this), dy)));
        }
    }

    /** Gradient of {@link PadReflect}: every dy is added where it came from. Input dy. */
    record PadReflectGrad(PadReflect of) implements Movement {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape dy = in.get(0).shape();
            check(dy.rank() == 4 && dy.h() > of.top + of.bottom && dy.w() > of.left + of.right, "dy is %s for %s", dy,
                    of);
            return in.get(0).with(Shape.of(dy.n(), dy.c(), dy.h() - of.top - of.bottom, dy.w() - of.left - of.right));
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(new Gradient(0, y.graph().add(of, dy))); }
    }

    /** How an image is brought to another size. */
    enum Interpolation {
        /** y[i] = x[floor(i in / out)], rows and columns alike. */
        NEAREST,
        /**
         * y[i] = (1 - f) x[j] + f x[min(j + 1, in - 1)] with j + f = max((i + 0.5) in / out - 0.5, 0), rows and columns
         * alike.
         */
        BILINEAR
    }

    /** The image in h x w pixels, corners not aligned (as PyTorch's interpolate). Input [n,c,h,w]. */
    record Resize(Interpolation interpolation, int h, int w) implements Movement {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape x = in.get(0).shape();
            check(x.rank() == 4, "the input must be n,c,h,w, got %s", x);
            check(h >= 1 && w >= 1, "the size must be at least 1x1, got %dx%d", h, w);
            return in.get(0).with(Shape.of(x.n(), x.c(), h, w));
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Shape x = y.in(0).shape();
            return List.of(new Gradient(0, y.graph().add(new ResizeGrad(interpolation, x.h(), x.w()), dy)));
        }
    }

    /**
     * Gradient of {@link Resize}: dx[j] = sum of dy[i] times the share that x[j] has in y[i]. Input dy; result h x w.
     */
    record ResizeGrad(Interpolation interpolation, int h, int w) implements Movement {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            Shape dy = in.get(0).shape();
            check(dy.rank() == 4, "dy must be n,c,h,w, got %s", dy);
            return in.get(0).with(Shape.of(dy.n(), dy.c(), h, w));
        }

        @Override
        public List<Gradient> vjp(Node dx, Node ddx) {
            Shape dy = dx.in(0).shape();
            return List.of(new Gradient(0, dx.graph().add(new Resize(interpolation, dy.h(), dy.w()), ddx)));
        }
    }

    /** The same value in another layout; the Layouts pass puts it where a step wants one. */
    record Convert(Layout to) implements Movement {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            return in.get(0);
        }

        @Override
        public List<Gradient> vjp(Node y, Node dy) { return List.of(new Gradient(0, dy)); }
    }

    private static List<Integer> boxed(int[] values) { return Arrays.stream(values).boxed().toList(); }

    private static int[] ones(int count) { return IntStream.generate(() -> 1).limit(count).toArray(); }
}
