package org.gabor.tests.oracle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.gabor.graph.Movement;
import org.gabor.graph.Movement.Interpolation;
import org.gabor.graph.Movement.PadReflect;
import org.gabor.graph.Shape;

/** Moves of elements. */
final class Movements {
    private Movements() {}

    static double[] of(Movement op, Operands in) {
        return switch (op) {
            case Movement.Reshape _,Movement.Convert _ -> in.in(0).clone();
            case Movement.Slice s -> {
                double[] out = in.out();
                for (int i = 0; i < out.length; i++) out[i] = in.in(0)[place(in.result(), i, s.start(), s.stride(),
                        in.shape(0))];
                yield out;
            }
            case Movement.Pad p -> {
                List<Integer> steps = p.gap().stream().map(g -> g + 1).toList();
                double[] out = in.out();
                for (int i = 0; i < in.in(0).length; i++) out[place(in.shape(0), i, p.low(), steps,
                        in.result())] = in.in(0)[i];
                yield out;
            }
            case Movement.Concat c -> concatenated(c.axis(), in);
            case Movement.PadReflect p -> {
                double[] out = in.out();
                for (int i = 0; i < out.length; i++) out[i] = in.in(0)[mirrored(p, in.result(), i, in.shape(0))];
                yield out;
            }
            case Movement.PadReflectGrad p -> {
                double[] out = in.out(), dy = in.in(0);
                for (int i = 0; i < dy.length; i++) out[mirrored(p.of(), in.shape(0), i, in.result())] += dy[i];
                yield out;
            }
            case Movement.Resize r -> {
                double[] out = in.out();
                shares(r.interpolation(), in.shape(0), in.result(), (y, x, share) -> out[y] += share * in.in(0)[x]);
                yield out;
            }
            case Movement.ResizeGrad r -> {
                double[] out = in.out();
                shares(r.interpolation(), in.result(), in.shape(0), (y, x, share) -> out[x] += share * in.in(0)[y]);
                yield out;
            }
        };
    }

    /** Where element {@code i} of the small shape lies in the large one: at low + index x step on every axis. */
    private static int place(Shape small, int i, List<Integer> low, List<Integer> step, Shape large) {
        int rest = i, place = 0, stride = 1;
        for (int axis = small.rank() - 1; axis >= 0; axis--) {
            place += (low.get(axis) + rest % small.dim(axis) * step.get(axis)) * stride;
            rest /= small.dim(axis);
            stride *= large.dim(axis);
        }
        return place;
    }

    private static double[] concatenated(int axis, Operands in) {
        double[] out = in.out();
        var low = new ArrayList<>(Collections.nCopies(in.result().rank(), 0));
        List<Integer> ones = Collections.nCopies(in.result().rank(), 1);
        for (int k = 0; k < in.values().size(); k++) {
            Shape part = in.shape(k);
            for (int i = 0; i < in.in(k).length; i++) out[place(part, i, low, ones, in.result())] = in.in(k)[i];
            low.set(axis, low.get(axis) + part.dim(axis));
        }
        return out;
    }

    /** Where in the image the element {@code i} of the image with borders comes from. */
    private static int mirrored(PadReflect pad, Shape large, int i, Shape small) {
        int w = i % large.w(), h = i / large.w() % large.h(), plane = i / (large.w() * large.h());
        return (plane * small.h() + mirrored(h - pad.top(), small.h())) * small.w()
                + mirrored(w - pad.left(), small.w());
    }

    private static int mirrored(int i, int size) { return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i; }

    /** Called with an element of y, an element of x and the share that x has in y. */
    interface Shares {
        void share(int y, int x, double share);
    }

    /** Every share of an element of x in one of y, y being x in another size. */
    static void shares(Interpolation interpolation, Shape x, Shape y, Shares shares) {
        for (int i = 0; i < y.size(); i++) {
            int yi = i, plane = i / (y.w() * y.h());
            along(interpolation, i / y.w() % y.h(), x.h(), y.h(), (h, rows) -> along(interpolation, yi % y.w(), x.w(),
                    y.w(), (w, columns) -> shares.share(yi, (plane * x.h() + h) * x.w() + w, rows * columns)));
        }
    }

    private interface Along {
        void share(int j, double share);
    }

    /** What element {@code i} of {@code out} is made of, along one axis of {@code in} elements. */
    private static void along(Interpolation interpolation, int i, int in, int out, Along along) {
        switch (interpolation) {
            case NEAREST -> along.share(Math.floorDiv(i * in, out), 1);
            case BILINEAR -> {
                double at = Math.max((i + 0.5) * in / out - 0.5, 0), f = at - Math.floor(at);
                int j = (int) at;
                along.share(j, 1 - f);
                along.share(Math.min(j + 1, in - 1), f);
            }
        }
    }
}
