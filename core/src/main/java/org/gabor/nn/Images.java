package org.gabor.nn;

import org.gabor.UsageException;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.ShapeException;

/** Layers that change the size of an image and compute nothing else. */
public final class Images {
    private Images() {}

    /** How a border is filled. */
    public enum Border {
        /** With zeros. */
        ZERO,
        /** With the image mirrored at its edge, the edge not repeated. */
        REFLECT
    }

    /** A border around the image. */
    public record Pad(Padding padding, @Default("\"zero\"") Border border) implements Layer {
        public Pad {
            if (padding.same()) throw new UsageException("pad: padding must be numbers, got \"same\"");
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("pad", x);
            Padding p = padding;
            return x.graph().add(switch (border) {
                case ZERO ->
                        Movement.Pad.of(new int[] {0, 0, p.top(), p.left()}, new int[] {0, 0, p.bottom(), p.right()});
                case REFLECT -> new Movement.PadReflect(p.top(), p.left(), p.bottom(), p.right());
            }, x);
        }
    }

    /** The image without {@code padding} rows and columns at its sides. */
    public record Crop(Padding padding) implements Layer {
        public Crop {
            if (padding.same()) throw new UsageException("crop: padding must be numbers, got \"same\"");
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("crop", x);
            Shape s = x.shape();
            if (padding.top() + padding.bottom() >= s.h() || padding.left() + padding.right() >= s.w())
                throw new ShapeException("crop: nothing is left of " + s.h() + "x" + s.w() + " without "
                        + padding.toJson() + " at the sides");
            int[] start = {0, 0, padding.top(), padding.left()};
            int[] end = {s.n(), s.c(), s.h() - padding.bottom(), s.w() - padding.right()};
            return x.graph().add(Movement.Slice.of(start, end), x);
        }
    }

    /** Channels {@code from} to {@code to - 1}. */
    public record Channels(int from, int to) implements Layer {
        @Override
        public Node apply(Scope scope, Node x) {
            int[] start = new int[x.shape().rank()], end = x.shape().dims();
            if (from < 0 || from >= to || to > end[1])
                throw new ShapeException("channels: " + from + " to " + to + " of " + end[1] + " channels");
            start[1] = from;
            end[1] = to;
            return x.graph().add(Movement.Slice.of(start, end), x);
        }
    }

    /**
     * The image in another size.
     *
     * @param size rows and columns of the result, or 0 to use {@code scale}
     * @param scale factor of rows and columns, used if size is 0
     * @param interpolation nearest or bilinear
     */
    public record Upsample(@Default("0") Extent size, @Default("2") Extent scale,
            @Default("\"nearest\"") Movement.Interpolation interpolation) implements Layer {
        public Upsample {
            if (size.smallerThan(1) && (size.h() != 0 || size.w() != 0 || scale.smallerThan(1)))
                throw new UsageException("upsample: size or scale must be at least 1");
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("upsample", x);
            int h = size.h() == 0 ? Math.multiplyExact(x.shape().h(), scale.h()) : size.h(),
                    w = size.w() == 0 ? Math.multiplyExact(x.shape().w(), scale.w()) : size.w();
            return x.graph().add(new Movement.Resize(interpolation, h, w), x);
        }
    }
}
