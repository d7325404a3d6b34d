package org.gabor.nn;

import org.gabor.graph.Node;
import org.gabor.graph.Window;

/** Pooling layers. */
public final class Pools {
    private Pools() {}

    /**
     * The largest value of each window.
     *
     * @param kernel height and width of the window
     * @param stride pixels between two windows; 0 for the kernel's size
     * @param padding pixels on each side that no window chooses
     */
    public record MaxPool(int kernel, @Default("0") int stride, @Default("0") int padding) implements Layer {
        public MaxPool {
            check("max_pool", kernel, stride, padding);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("max_pool", x);
            return x.maxPool(Window.of(kernel, stride == 0 ? kernel : stride, padding));
        }
    }

    /**
     * The mean of each window, padding counted as zeros.
     *
     * @param kernel height and width of the window
     * @param stride pixels between two windows; 0 for the kernel's size
     * @param padding pixels of zeros on each side
     */
    public record MeanPool(int kernel, @Default("0") int stride, @Default("0") int padding) implements Layer {
        public MeanPool {
            check("mean_pool", kernel, stride, padding);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("mean_pool", x);
            return x.meanPool(Window.of(kernel, stride == 0 ? kernel : stride, padding));
        }
    }

    /** The mean of each channel: [n,c,h,w] to [n,c] (Lin et al. 2014). */
    public record GlobalMeanPool() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("global_mean_pool", x);
            return x.meanPool(new Window(x.shape().h(), x.shape().w(), 1, 1, 0, 0, 0, 0)).flatten();
        }
    }

    private static void check(String layer, int kernel, int stride, int padding) {
        Checks.atLeast(layer, "kernel", kernel, 1);
        Checks.atLeast(layer, "stride", stride, 0);
        Checks.atLeast(layer, "padding", padding, 0);
    }
}
