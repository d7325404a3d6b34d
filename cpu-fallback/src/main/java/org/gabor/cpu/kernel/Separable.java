package org.gabor.cpu.kernel;

import java.util.List;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;

/**
 * y = R x C^T for every plane x, one of each channel and image, with sparse matrices R (output rows by input rows) and C
 * (output columns by input columns). Means over windows, interpolation and reflection are ways to fill them in; a gradient
 * has them transposed. Sums are kept in double precision.
 *
 * @param rows R: for every output row its input rows with their weights
 * @param columns C: for every output column its input columns with their weights
 * @param blocks blocks of images: steps of x (a) and y (b)
 * @param x address of x
 * @param y address of y
 * @param w columns of x
 * @param pixel elements of a pixel, which are adjacent, as are the pixels of a row
 * @param row steps from row to row
 * @param activation what is applied to y before it is stored, or null for nothing
 */
public record Separable(List<List<Tap>> rows, List<List<Tap>> columns, Loop blocks, long x, long y, int w, int pixel,
        Loop row, @Nullable Activation activation) implements Description {
    public Separable {
        rows = rows.stream().map(List::copyOf).toList();
        columns = columns.stream().map(List::copyOf).toList();
    }

    /** An input row or column and its weight. */
    public record Tap(int at, double weight) {}
}
