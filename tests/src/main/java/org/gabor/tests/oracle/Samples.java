package org.gabor.tests.oracle;

import org.gabor.graph.Shape;

/** The samples of scores [n,c] or [n,c,h,w]: rows, or pixels. Sample i is pixel i mod h w of image i / (h w). */
final class Samples {
    private Samples() {}

    /** How many samples scores of shape {@code x} hold. */
    static int count(Shape x) { return Math.toIntExact(x.size() / x.c()); }

    /** Where the score of class {@code j} of sample {@code i} lies. */
    static int place(Shape x, int i, int j) {
        int plane = Math.toIntExact(x.plane());
        return (i / plane * x.c() + j) * plane + i % plane;
    }

    /** The scores of sample {@code i} in operand {@code k}. */
    static double[] scores(Operands in, int k, int i) {
        Shape x = in.shape(k);
        double[] scores = new double[x.c()];
        for (int j = 0; j < scores.length; j++) scores[j] = in.in(k)[place(x, i, j)];
        return scores;
    }

    /** The class of sample {@code i}; labels are operand 1. */
    static int label(Operands in, int i) { return (int) in.in(1)[i]; }
}
