package org.gabor.nn;

import org.gabor.graph.Node;

/**
 * Depthwise convolution: every channel has its own {@code multiplier} filters and sees no other channel; a convolution
 * with
 * as many groups as channels. Parameters as {@link Conv2d}'s. Sifre 2014; Howard et al. 2017.
 *
 * @param kernel height and width of a filter
 * @param multiplier output channels of each input channel
 * @param stride pixels between two positions of the filter
 * @param padding zeros around the image
 * @param dilation pixels between two taps of the filter
 * @param bias whether a bias is added
 * @param init how the filters start
 */
public record DepthwiseConv2d(Extent kernel, @Default("1") int multiplier, @Default("1") Extent stride,
        @Default("0") Padding padding, @Default("1") Extent dilation, @Default("true") boolean bias,
        @Default("\"he_normal\"") Init init) implements Layer {
    public DepthwiseConv2d {
        Checks.atLeast("depthwise_conv2d", "multiplier", multiplier, 1);
        Checks.window("depthwise_conv2d", kernel, stride, dilation);
    }

    @Override
    public Node apply(Scope scope, Node x) {
        Checks.image("depthwise_conv2d", x);
        int c = x.shape().c();
        return new Conv2d(Math.multiplyExact(c, multiplier), kernel, stride, padding, dilation, c, bias, init).apply(scope, x);
    }
}
