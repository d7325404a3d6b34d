package org.gabor.cuda;

import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;

/** Images with mirrored borders or in another size, and the gradients (resampling.cu). */
final class ResamplingLowering {
    private static final String FAMILY = "resampling";
    private static final int THREADS = 128;

    private ResamplingLowering() {}

    static void reflect(CudaLowering to, Movement.PadReflect op, Node node) {
        forward(to, "resample_mirrored", op.top(), op.left(), node);
    }

    static void reflectGradient(CudaLowering to, Movement.PadReflect op, Node node) {
        gradient(to, "resample_mirrored", op.top(), op.left(), node);
    }

    static void resize(CudaLowering to, Movement.Resize op, Node node) { forward(to, kernel(op.interpolation()), 0, 0, node); }

    static void resizeGradient(CudaLowering to, Movement.ResizeGrad op, Node node) {
        gradient(to, kernel(op.interpolation()), 0, 0, node);
    }

    private static String kernel(Movement.Interpolation interpolation) {
        return switch (interpolation) {
            case NEAREST -> "resample_nearest";
            case BILINEAR -> "resample_bilinear";
        };
    }

    private static void forward(CudaLowering to, String kernel, int top, int left, Node node) {
        add(to, kernel, node.in(0).shape(), node.shape(), top, left, node);
    }

    private static void gradient(CudaLowering to, String kernel, int top, int left, Node node) {
        add(to, kernel + "_gradient", node.shape(), node.in(0).shape(), top, left, node);
    }

    /** From the input to the result of {@code node}, or of a gradient: x is what the operation is given, y what it makes. */
    private static void add(CudaLowering to, String kernel, Shape x, Shape y, int top, int left, Node node) {
        Stored in = to.at(node.in(0)), out = to.at(node);
        Shape s = out.shape();
        int width = Elements.width(s.c(), out.dtype());
        var threads = RowGrid.of((long) s.w() * (s.c() / width), (long) s.n() * s.h(), THREADS);
        byte[] struct = new Struct(56).precise((double) x.h() / y.h()).precise((double) x.w() / y.w()).big(x.n())
                .integer(x.h()).integer(y.h()).integer(top).integer(x.w()).integer(y.w()).integer(left)
                .integer(x.c()).integer(width).toBytes();
        to.add(new Launch(FAMILY, Elements.kernel(kernel, in, node), threads.grid(), threads.block(), 0,
                new Arguments().pointer(in.address()).pointer(out.address()).struct(struct)));
    }
}
