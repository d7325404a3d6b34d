package org.gabor.cuda.dnn;

import org.gabor.graph.DType;

/**
 * Filters, dense.
 *
 * @param type         {@code F32} or {@code BF16}
 * @param k            filters, which is channels of the output
 * @param c            channels of the input that one filter sees: all of them divided by the groups
 * @param r            rows
 * @param s            columns
 * @param channelsLast true for [k][r][s][c], false for [k][c][r][s]
 */
public record FilterLayout(DType type, int k, int c, int r, int s, boolean channelsLast) {
    @Override
    public String toString() {
        return "%s [%d,%d,%d,%d] %s".formatted(type.label(), k, c, r, s, channelsLast ? "krsc" : "kcrs");
    }
}
