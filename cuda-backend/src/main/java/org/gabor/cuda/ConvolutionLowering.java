package org.gabor.cuda;

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
 * convolved without padding.
 */
final class ConvolutionLowering {
    private ConvolutionLowering() {}

    static void lower(CudaLowering to, Convolution op, Node node) {
        var parts = new Parts(op, node);
        Problem problem = parts.problem();
        boolean pads = parts.pads();
        Stored image = parts.kind == Problem.Kind.BACKWARD_DATA ? to.at(node) : to.at(node.in(0));
        Stored padded = pads ? new Stored(to.workspace(parts.paddedBytes()), Layout.NHWC, parts.padded()) : image;
        long workspace = to.workspace(to.convolutions().workspace(problem));
        Window w = op.window();
        switch (parts.kind) {
            case FORWARD -> {
                if (pads) MovementLowering.pad(to, image, padded, w.top(), w.left());
                to.add(new Convolve(problem, padded.address(), to.at(node.in(1)).address(), to.at(node).address(), workspace));
            }
            case BACKWARD_DATA -> {
                to.add(new Convolve(problem, padded.address(), to.at(node.in(1)).address(), to.at(node.in(0)).address(),
                        workspace));
                if (pads) MovementLowering.crop(to, padded, image, w.top(), w.left());
            }
            case BACKWARD_FILTER -> {
                if (pads) MovementLowering.pad(to, image, padded, w.top(), w.left());
                to.add(new Convolve(problem, padded.address(), to.at(node).address(), to.at(node.in(1)).address(), workspace));
            }
        }
    }

    /** Scratch memory of a convolution: a padded image, and what its algorithm takes. */
    static long workspace(Convolutions convolutions, Convolution op, Node node) {
        var parts = new Parts(op, node);
        return CudaRules.aligned(convolutions.workspace(parts.problem()))
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
            return pads() ? new Problem(kind, x.dtype(), padded().shape(), filters, y, 0, 0, given.strideH(), given.strideW(),
                    given.dilationH(), given.dilationW(), given.groups()) : given;
        }
    }
}
