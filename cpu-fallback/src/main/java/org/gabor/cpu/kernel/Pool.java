package org.gabor.cpu.kernel;

import java.util.List;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;

/**
 * A maximum over windows or its gradient. All that lies side by side at a pixel, channels and images, is handled alike.
 *
 * @param gradient whether it is the gradient
 * @param rows the rows of x that each output row takes
 * @param columns the columns of x that each output column takes
 * @param blocks blocks of images: steps of x, dy and the result
 * @param x address of the input
 * @param dy address of the result's gradient (gradient only)
 * @param result address of y or dx
 * @param h rows of x
 * @param w columns of x
 * @param pixel elements of a pixel, which are adjacent, as are the pixels of a row
 * @param row step of x, dy and result from row to row
 * @param activation what is applied to a maximum before it is stored, or null for nothing
 */
public record Pool(boolean gradient, List<Span> rows, List<Span> columns, Loop blocks, long x, long dy, long result,
        int h, int w, int pixel, Loop row, @Nullable Activation activation) implements Description {
    public Pool {
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
    }

    /** {@code first}, {@code first + step}, ... below {@code end}: what a window has inside of the image along one axis. */
    public record Span(int first, int end, int step) {}
}
