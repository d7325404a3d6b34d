package org.gabor.cpu.kernel;

import java.util.List;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;

/**
 * A product of two operands: for every turn of the outer loops, row m and column j,
 * C[m, j] = f(sum over the reduction of A[m, t] B[t, j] + bias). A matrix product, a convolution, its data gradient
 * and its filter gradient are four ways to fill it in; taps and channels are just loops.
 *
 * @param a address of A
 * @param b address of B
 * @param c address of C
 * @param rows the row loop: steps of A and C
 * @param columns the column loops, the innermost last: steps of B and C; any emitter is fast if B is contiguous
 * @param reduction the summed loops, the innermost last: steps of A and B; none leaves C zero
 * @param outer independent repetitions: steps of A, B and C
 * @param epilogue what happens to a sum before it is stored
 */
public record Nest(long a, long b, long c, Loop rows, List<Loop> columns, List<Loop> reduction, List<Loop> outer,
        Epilogue epilogue) implements Description {
    public Nest {
        columns = List.copyOf(columns);
        reduction = List.copyOf(reduction);
        outer = List.copyOf(outer);
    }

    /** What a bias belongs to. */
    public enum Bias {
        NONE, ROW, COLUMN
    }

    /**
     * f(sum + bias).
     *
     * @param kind whether there is a bias, and if it has one value a row or one a column
     * @param bias address of its dense values
     * @param step bytes that a turn of the outermost of the outer loops moves the bias
     * @param activation f, or null for none
     */
    public record Epilogue(Bias kind, long bias, long step, @Nullable Activation activation) {
        /** The sum as it is. */
        public static final Epilogue NONE = new Epilogue(Bias.NONE, 0, 0, null);
    }
}
