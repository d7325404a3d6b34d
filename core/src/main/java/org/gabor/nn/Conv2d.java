package org.gabor.nn;

import org.gabor.graph.Node;

/**
 * Convolution: y[n,k] = sum over c of x[n,c] * w[k,c], plus b[k]. Parameters {@code weight} [k,c/groups,r,s] and, if
 * {@code bias}, {@code bias} [k]. LeCun et al. 1998.
 *
 * @param filters number of filters k, which is the number of output channels
 * @param kernel height and width of a filter
 * @param stride pixels between two positions of the filter
 * @param padding zeros around the image
 * @param dilation pixels between two taps of the filter
 * @param groups groups of channels and filters that do not see each other
 * @param bias whether a bias is added
 * @param init how the filters start
 */
public record Conv2d(int filters, Extent kernel, @Default("1") Extent stride, @Default("0") Padding padding,
        @Default("1") Extent dilation, @Default("1") int groups, @Default("true") boolean bias,
        @Default("\"he_normal\"") Init init) implements Layer {
    public Conv2d {
        Checks.atLeast("conv2d", "filters", filters, 1);
        Checks.window("conv2d", kernel, stride, dilation);
        Checks.atLeast("conv2d", "groups", groups, 1);
    }

    /** A convolution with square filters, stride 1, no padding and a bias. */
    public static Conv2d of(int filters, int kernel) {
        return new Conv2d(filters, Extent.of(kernel), Extent.of(1), Padding.NONE, Extent.of(1), 1, true,
                Init.HE_NORMAL);
    }

    /** The same convolution with a stride. */
    public Conv2d stride(int pixels) {
        return new Conv2d(filters, kernel, Extent.of(pixels), padding, dilation, groups, bias, init);
    }

    /** The same convolution with padding. */
    public Conv2d padding(int pixels) { return padding(Padding.of(pixels)); }

    /** The same convolution with padding. */
    public Conv2d padding(Padding pixels) {
        return new Conv2d(filters, kernel, stride, pixels, dilation, groups, bias, init);
    }

    /** The same convolution with its taps apart. */
    public Conv2d dilation(int pixels) {
        return new Conv2d(filters, kernel, stride, padding, Extent.of(pixels), groups, bias, init);
    }

    /** The same convolution in groups. */
    public Conv2d groups(int count) {
        return new Conv2d(filters, kernel, stride, padding, dilation, count, bias, init);
    }

    /** The same convolution without bias, as before a batch normalisation. */
    public Conv2d withoutBias() { return new Conv2d(filters, kernel, stride, padding, dilation, groups, false, init); }

    /** The same convolution with filters that start in another way. */
    public Conv2d init(Init start) {
        return new Conv2d(filters, kernel, stride, padding, dilation, groups, bias, start);
    }

    @Override
    public Node apply(Scope scope, Node x) {
        Checks.image("conv2d", x);
        Checks.groups("conv2d", x.shape().c(), filters, groups);
        Node w = scope.parameter("weight", init, filters, x.shape().c() / groups, kernel.h(), kernel.w());
        Node y = x.conv2d(w, padding.window(x.shape(), kernel, stride, dilation), groups);
        return bias ? y.addBias(scope.parameter("bias", Init.ZERO, filters)) : y;
    }
}
