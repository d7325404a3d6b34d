package org.gabor.cuda;

import java.util.stream.Stream;
import org.gabor.graph.Convolution;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Layout;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;

/**
 * Convolutions by cuDNN. It pads both sides alike; where a window does not, the padded image is made in scratch memory and
 * convolved without padding. Where it takes a convolution only with the channels first, copies in that order are convolved.
 */
final class ConvolutionLowering {
    private ConvolutionLowering() {}

    static void lower(CudaLowering to, Convolution op, Node node) {
        var parts = new Parts(op, node);
        Problem problem = to.convolutions().solvable(parts.problem());
        boolean pads = parts.pads();
        Stored image = parts.kind == Problem.Kind.BACKWARD_DATA ? to.at(node) : to.at(node.in(0));
        Stored x = pads ? new Stored(to.workspace(parts.paddedBytes()), Layout.NHWC, parts.padded()) : image;
        Window w = op.window();
        switch (parts.kind) {
            case FORWARD -> {
                if (pads) MovementLowering.pad(to, image, x, w.top(), w.left());
                solve(to, problem, x, to.at(node.in(1)), to.at(node));
            }
            case BACKWARD_DATA -> {
                solve(to, problem, x, to.at(node.in(1)), to.at(node.in(0)));
                if (pads) MovementLowering.crop(to, x, image, w.top(), w.left());
            }
            case BACKWARD_FILTER -> {
                if (pads) MovementLowering.pad(to, image, x, w.top(), w.left());
                solve(to, problem, x, to.at(node), to.at(node.in(1)));
            }
        }
    }

    /** The convolution itself, on copies in another layout where it has to be. */
    private static void solve(CudaLowering to, Problem problem, Stored x, Stored w, Stored y) {
        Stored inX = laid(to, x, problem.layout()), inW = laid(to, w, problem.layout()), inY = laid(to, y, problem.layout());
        Problem.Kind kind = problem.kind();
        if (kind != Problem.Kind.BACKWARD_DATA) convert(to, x, inX);
        if (kind != Problem.Kind.BACKWARD_FILTER) convert(to, w, inW);
        if (kind != Problem.Kind.FORWARD) convert(to, y, inY);
        to.add(new Convolve(problem, inX.address(), inW.address(), inY.address(),
                to.workspace(to.convolutions().workspace(problem))));
        switch (kind) {
            case FORWARD -> convert(to, inY, y);
            case BACKWARD_DATA -> convert(to, inX, x);
            case BACKWARD_FILTER -> convert(to, inW, w);
        }
    }

    /** A value where cuDNN wants it dense in logical order; where it does not, the value is as the rules ask, or alike. */
    private static Stored laid(CudaLowering to, Stored value, Layout layout) {
        if (!layout.logical() || value.layout().logical()) return value;
        return new Stored(to.workspace(value.type().bytes()), layout, value.type());
    }

    private static void convert(CudaLowering to, Stored from, Stored into) {
        if (from.address() != into.address()) MovementLowering.convert(to, from, into);
    }

    /** Scratch memory of a convolution: a padded image, copies in another layout, and what its algorithm takes. */
    static long workspace(Convolutions convolutions, Convolution op, Node node) {
        var parts = new Parts(op, node);
        Problem problem = convolutions.solvable(parts.problem());
        long copies = !problem.layout().logical() ? 0 : Stream.of(problem.x(), problem.w(), problem.y())
                .mapToLong(s -> CudaRules.aligned(s.size() * problem.dtype().bytes)).sum();
        return CudaRules.aligned(convolutions.workspace(problem)) + copies
                + (parts.pads() ? CudaRules.aligned(parts.paddedBytes()) : 0);
    }

    /** What takes part in a convolution: x is as the window sees it, y as it leaves it. */
    private record Parts(Convolution op, Problem.Kind kind, TensorType x, Shape filters, Shape y) {
        Parts(Convolution op, Node node) {
            this(op, switch (op) {
                case Conv2d _ -> Problem.Kind.FORWARD;
                case Conv2dGradX _ -> Problem.Kind.BACKWARD_DATA;
                case Conv2dGradW _ -> Problem.Kind.BACKWARD_FILTER;
            }, switch (op) {
                case Conv2d _,Conv2dGradW _ -> node.in(0).type();
                case Conv2dGradX _ -> node.type();
            }, switch (op) {
                case Conv2d _,Conv2dGradX _ -> node.in(1).shape();
                case Conv2dGradW _ -> node.shape();
            }, switch (op) {
                case Conv2d _ -> node.shape();
                case Conv2dGradX _ -> node.in(0).shape();
                case Conv2dGradW _ -> node.in(1).shape();
            });
        }

        /** True if the padded image has to be made. */
        boolean pads() {
            Window w = op.window();
            return w.top() != w.bottom() || w.left() != w.right();
        }

        /** The image with its padding. */
        TensorType padded() {
            Window w = op.window();
            Shape s = x.shape();
            return x.with(Shape.of(s.n(), s.c(), w.top() + s.h() + w.bottom(), w.left() + s.w() + w.right()));
        }

        long paddedBytes() { return padded().bytes(); }

        Problem problem() {
            Problem given = Problem.of(kind, x.dtype(), x.shape(), filters, y, op.window(), op.groups());
            return pads() ? new Problem(kind, x.dtype(), Layout.NHWC, padded().shape(), filters, y, 0, 0, given.strideH(),
                    given.strideW(), given.dilationH(), given.dilationW(), given.groups()) : given;
        }
    }
}
