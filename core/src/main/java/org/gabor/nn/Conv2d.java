package org.gabor.nn;

import org.gabor.graph.Node;
import org.gabor.graph.Window;

/**
 * Convolution: y[n,k] = sum over c of x[n,c] * w[k,c], plus b[k]. Parameters {@code weight} [k,c,kernel,kernel] and, if
 * {@code bias}, {@code bias} [k]. LeCun et al. 1998.
 *
 * @param filters number of filters k, which is the number of output channels
 * @param kernel height and width of a filter
 * @param stride pixels between two positions of the filter
 * @param padding pixels of zeros on each side
 * @param bias whether a bias is added
 * @param init how the filters start
 */
public record Conv2d(int filters, int kernel, @Default("1") int stride, @Default("0") int padding,
        @Default("true") boolean bias, @Default("\"he_normal\"") Init init) implements Layer {
    public Conv2d {
        Checks.atLeast("conv2d", "filters", filters, 1);
        Checks.atLeast("conv2d", "kernel", kernel, 1);
        Checks.atLeast("conv2d", "stride", stride, 1);
        Checks.atLeast("conv2d", "padding", padding, 0);
    }

    /** The same convolution with a stride. */
    public Conv2d stride(int pixels) { return new Conv2d(filters, kernel, pixels, padding, bias, init); }

    /** The same convolution with padding. */
    public Conv2d padding(int pixels) { return new Conv2d(filters, kernel, stride, pixels, bias, init); }

    /** The same convolution without bias, as before a batch normalisation. */
    public Conv2d withoutBias() { return new Conv2d(filters, kernel, stride, padding, false, init); }

    /** The same convolution with filters that start in another way. */
    public Conv2d init(Init start) { return new Conv2d(filters, kernel, stride, padding, bias, start); }

    @Override
    public Node apply(Scope scope, Node x) {
        Checks.image("conv2d", x);
        Node w = scope.parameter("weight", init, filters, x.shape().c(), kernel, kernel);
        Node y = x.conv2d(w, Window.of(kernel, stride, padding));
        return bias ? y.addBias(scope.parameter("bias", Init.ZERO, filters)) : y;
    }
}
