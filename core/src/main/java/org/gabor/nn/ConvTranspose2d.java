package org.gabor.nn;

import org.gabor.graph.Convolution;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.ShapeException;
import org.gabor.graph.Window;

/**
 * Transposed convolution: the data gradient of a convolution, used forward. The output has (h - 1) stride - 2 padding +
 * (kernel - 1) dilation + 1 + outputPadding rows. Parameters {@code weight} [c,k/groups,r,s] and, if {@code bias},
 * {@code bias} [k], as in PyTorch. Zeiler et al. 2010.
 *
 * @param filters number of output channels k
 * @param kernel height and width of a filter
 * @param stride output pixels between two input pixels
 * @param padding pixels that are cut off on each side
 * @param outputPadding rows and columns that are added below and to the right; less than stride or dilation
 * @param dilation pixels between two taps of the filter
 * @param groups groups of channels that do not see each other
 * @param bias whether a bias is added
 * @param init how the filters start
 */
public record ConvTranspose2d(int filters, Extent kernel, @Default("1") Extent stride, @Default("0") Extent padding,
        @Default("0") Extent outputPadding, @Default("1") Extent dilation, @Default("1") int groups,
        @Default("true") boolean bias, @Default("\"he_normal\"") Init init) implements Layer {
    public ConvTranspose2d {
        Checks.atLeast("conv_transpose2d", "filters", filters, 1);
        Checks.window("conv_transpose2d", kernel, stride, dilation);
        Checks.atLeast("conv_transpose2d", "groups", groups, 1);
    }

    @Override
    public Node apply(Scope scope, Node x) {
        Checks.image("conv_transpose2d", x);
        Shape s = x.shape();
        Checks.groups("conv_transpose2d", s.c(), filters, groups);
        boolean fits = outputPadding.h() < Math.max(stride.h(), dilation.h())
                && outputPadding.w() < Math.max(stride.w(), dilation.w());
        if (!fits) throw new ShapeException("conv_transpose2d: outputPadding must be smaller than stride or dilation, got "
                + outputPadding.h() + "x" + outputPadding.w());
        var window = new Window(kernel.h(), kernel.w(), stride.h(), stride.w(), padding.h(), padding.w(), padding.h(),
                padding.w(),
                dilation.h(), dilation.w(), false);
        int h = Math.multiplyExact(s.h() - 1, stride.h()) - 2 * padding.h() + window.spanH() + outputPadding.h();
        int w = Math.multiplyExact(s.w() - 1, stride.w()) - 2 * padding.w() + window.spanW() + outputPadding.w();
        if (h < 1 || w < 1) throw new ShapeException(
                "conv_transpose2d: padding " + padding.h() + "x" + padding.w() + " leaves nothing of " + s);
        Node weight = scope.parameter("weight", init, s.c(), filters / groups, kernel.h(), kernel.w());
        Node y = x.graph().add(new Convolution.Conv2dGradX(window, groups, Shape.of(s.n(), filters, h, w)), x, weight);
        return bias ? y.addBias(scope.parameter("bias", Init.ZERO, filters)) : y;
    }
}
