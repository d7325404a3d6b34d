package org.gabor.cuda.dnn;

import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The three things that are computed for a convolution y = x * w. The algorithms are cuDNN's, by their numbers. */
public enum Direction {
    /** y from x and w. */
    FORWARD("Forward", "IMPLICIT_GEMM IMPLICIT_PRECOMP_GEMM GEMM DIRECT FFT FFT_TILING WINOGRAD WINOGRAD_NONFUSED"),
    /** dx from dy and w. */
    DATA("BackwardData", "ALGO_0 ALGO_1 FFT FFT_TILING WINOGRAD WINOGRAD_NONFUSED"),
    /** dw from dy and x. */
    FILTER("BackwardFilter", "ALGO_0 ALGO_1 FFT ALGO_3 WINOGRAD WINOGRAD_NONFUSED FFT_TILING");

    private final String function, names;

    Direction(String function, String names) {
        this.function = function;
        this.names = names;
    }

    /** The function of cuDNN that lists its algorithms. */
    String list() { return "cudnnGetConvolution" + function + "Algorithm_v7"; }

    private String[] split() { return names.split(" "); }

    /** How many algorithms cuDNN knows. */
    int algorithms() { return split().length; }

    /** True unless it sums with atomic additions, in whatever order they come (cuDNN's manual, "Reproducibility"). */
    boolean isDeterministic(int number) {
        return switch (this) {
            case FORWARD -> true;
            case DATA -> number != 0;
            case FILTER -> number != 0 && number != 3;
        };
    }

    /** The number of the algorithm of a name. */
    OptionalInt number(String name) {
        return IntStream.range(0, algorithms()).filter(number -> name(number).equals(name)).findFirst();
    }

    String name(int number) { return number < algorithms() ? split()[number] : "number " + number; }
}
