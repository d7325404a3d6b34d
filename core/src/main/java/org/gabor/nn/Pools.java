package org.gabor.nn;

import org.gabor.graph.Node;
import org.gabor.graph.Pooling;
import org.gabor.graph.Shape;
import org.gabor.graph.ShapeException;
import org.gabor.graph.Window;

/** Pooling layers. A stride of 0 stands for the kernel's size. */
public final class Pools {
    private Pools() {}

    /**
     * The largest value of each window.
     *
     * @param kernel height and width of the window
     * @param stride pixels between two windows
     * @param padding pixels around the image that no window chooses
     * @param dilation pixels between two that a window looks at
     * @param ceil whether the output size is rounded up
     */
    public record MaxPool(Extent kernel, @Default("0") Extent stride, @Default("0") Padding padding,
            @Default("1") Extent dilation, @Default("false") boolean ceil) implements Layer {
        public MaxPool {
            Checks.window("max_pool", kernel, Extent.of(1), dilation);
        }

        /** Windows of {@code kernel} x {@code kernel}, side by side. */
        public static MaxPool of(int kernel) { return of(kernel, 0, 0); }

        /** Square windows. */
        public static MaxPool of(int kernel, int stride, int padding) {
            return new MaxPool(Extent.of(kernel), Extent.of(stride), Padding.of(padding), Extent.of(1), false);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("max_pool", x);
            return x.maxPool(window(x, kernel, stride, padding, dilation, ceil));
        }
    }

    /**
     * The mean of each window.
     *
     * @param kernel height and width of the window
     * @param stride pixels between two windows
     * @param padding zeros around the image
     * @param ceil whether the output size is rounded up
     * @param countPadding whether padding counts in the mean
     */
    public record MeanPool(Extent kernel, @Default("0") Extent stride, @Default("0") Padding padding,
            @Default("false") boolean ceil, @Default("true") boolean countPadding) implements Layer {
        public MeanPool {
            Checks.window("mean_pool", kernel, Extent.of(1), Extent.of(1));
        }

        /** Windows of {@code kernel} x {@code kernel}, side by side. */
        public static MeanPool of(int kernel) {
            return new MeanPool(Extent.of(kernel), Extent.of(0), Padding.NONE, false, true);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("mean_pool", x);
            Window window = window(x, kernel, stride, padding, Extent.of(1), ceil);
            return x.graph().add(new Pooling.MeanPool(window, countPadding), x);
        }
    }

    /** The mean of each channel: [n,c,h,w] to [n,c] (Lin et al. 2014). */
    public record GlobalMeanPool() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("global_mean_pool", x);
            return x.meanPool(whole(x)).flatten();
        }
    }

    /** The largest value of each channel: [n,c,h,w] to [n,c]. */
    public record GlobalMaxPool() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("global_max_pool", x);
            return x.maxPool(whole(x)).flatten();
        }
    }

    /** Means over a grid of {@code size} bins, whatever the size of the image. */
    public record AdaptiveMeanPool(Extent size) implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return adaptive("adaptive_mean_pool", Pooling.Kind.MEAN, size, x); }
    }

    /** The largest values over a grid of {@code size} bins, whatever the size of the image. */
    public record AdaptiveMaxPool(Extent size) implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return adaptive("adaptive_max_pool", Pooling.Kind.MAX, size, x); }
    }

    private static Node adaptive(String layer, Pooling.Kind kind, Extent size, Node x) {
        Checks.image(layer, x);
        if (size.smallerThan(1))
            throw new ShapeException(layer + ": size must be at least 1, got " + size.h() + "x" + size.w());
        return x.graph().add(new Pooling.AdaptivePool(kind, size.h(), size.w()), x);
    }

    private static Window whole(Node x) {
        Shape s = x.shape();
        return new Window(s.h(), s.w(), 1, 1, 0, 0, 0, 0);
    }

    private static Window window(Node x, Extent kernel, Extent stride, Padding padding, Extent dilation, boolean ceil) {
        var step = new Extent(stride.h() == 0 ? kernel.h() : stride.h(), stride.w() == 0 ? kernel.w() : stride.w());
        Window window = padding.window(x.shape(), kernel, step, dilation);
        return ceil ? window.ceilMode() : window;
    }
}
