package org.gabor.graph;

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
