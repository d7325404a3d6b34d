package org.gabor.nn;

import org.gabor.UsageException;
import org.gabor.graph.Node;
import org.gabor.graph.ShapeException;

/** What layers ask of their attributes and inputs. */
final class Checks {
    private Checks() {}

    static void atLeast(String layer, String attribute, int value, int least) {
        if (value < least)
            throw new UsageException(layer + ": " + attribute + " must be at least " + least + ", got " + value);
    }

    static void window(String layer, Extent kernel, Extent stride, Extent dilation) {
        atLeast(layer, "kernel", Math.min(kernel.h(), kernel.w()), 1);
        atLeast(layer, "stride", Math.min(stride.h(), stride.w()), 1);
        atLeast(layer, "dilation", Math.min(dilation.h(), dilation.w()), 1);
    }

    static void groups(String layer, int channels, int filters, int groups) {
        if (channels % groups != 0 || filters % groups != 0)
            throw new ShapeException(
                    layer + ": " + channels + " channels and " + filters + " filters do not fall into " + groups
                            + " groups of one size");
    }

    static void image(String layer, Node x) {
        if (x.shape().rank() != 4)
            throw new ShapeException(
                    layer + " wants an image n,c,h,w, got " + x.shape() + "; is it behind a flatten or dense layer?");
    }
}
