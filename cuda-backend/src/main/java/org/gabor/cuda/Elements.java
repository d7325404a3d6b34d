package org.gabor.cuda;

import org.gabor.UsageException;
import org.gabor.graph.DType;
import org.gabor.graph.Node;

/** What kernels know of the elements they work on. */
final class Elements {
    /** What a thread reads at once at best. */
    private static final int WIDE = 16;

    private Elements() {}

    /** The kernel of a family for the element type of a value, for example {@code pool_max_f32}. */
    static String kernel(String name, Stored x, Node node) {
        return switch (x.dtype()) {
            case F32, BF16 -> name + "_" + x.dtype().label();
            case F16, U8, I32 -> {
                String layer = node.path().isEmpty() ? "" : " (layer " + node.path() + ")";
                throw new UsageException("cuda: " + node.op().label() + " of " + x.dtype().label() + " is not supported; use f32"
                        + layer);
            }
        };
    }

    /** Channels that a thread takes at once. */
    static int width(int channels, DType dtype) {
        int wide = WIDE / dtype.bytes;
        return channels % wide == 0 ? wide : 1;
    }
}
