package org.gabor.cpu.kernel;

import java.util.List;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;

/**
 * A product of two operands: for every turn of the outer loops, row m and column j,
 * C[m, j] = e(sum over the reduction of A[m, t] B[t, j]), e being the epilogue. A matrix product, a convolution, its
 * data gradient and its filter gradient are four ways to fill it in; taps and channels are just loops.
 *
 * @param a address of A
 * @param b address of B
 * @param c address of C
 * @param rows the row loops, the innermost last: steps of A and C
 * @param columns the column loops, the innermost last: steps of B and C; any emitter is fast if B is contiguous
 * @param reduction the summed loops, the innermost last: steps of A and B; none leaves C zero. Where images are summed
 *     they are the first, so that an emitter may add to C image by image
 * @param outer independent repetitions: steps of A, B and C; where there are images, they or parts of them are the first
 * @param epilogue what happens to a sum before it is stored
 */
public record Nest(long a, long b, long c, List<Loop> rows, List<Loop> columns, List<Loop> reduction,
        List<Loop> outer, Epilogue epilogue) implements Description {
    public Nest {
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        reduction = List.copyOf(reduction);
        outer = List.copyOf(outer);
    }

    /**
     * True if the turns of the last outer loop lie side by side in all operands, so that they can be taken as one vector:
     * a convolution of every channel by its own filter. Such a nest has one column, and if it has a bias, one a turn.
     */
    public boolean lanewise() {
        if (outer.isEmpty() || Loop.turns(columns) > 1) return false;
        Loop last = outer.getLast();
        return last.count() > 1 && last.a() == Float.BYTES && last.b() == Float.BYTES && last.c() == Float.BYTES
                && epilogue.isLanewise(outer.size() - 1);
    }

    /** What a bias belongs to. */
    public enum Bias {
        NONE, ROW, COLUMN
    }

    /**
     * A value like C that lies elsewhere, its steps given as bytes a turn of each loop.
     *
     * @param address of what belongs to the first element of C
     * @param rows steps of the row loops
     * @param columns steps of the column loops
     * @param outer steps of the outer loops
     */
    public record Beside(long address, List<Long> rows, List<Long> columns, List<Long> outer) {
        public Beside {
            rows = List.copyOf(rows);
            columns = List.copyOf(columns);
            outer = List.copyOf(outer);
        }
    }

    /**
     * f(sum + bias + addend), and of that only what has a positive number in the gate, else 0: the gradient of a ReLU.
     *
     * @param kind whether there is a bias, and if it has one value a row or one a column
     * @param bias address of its dense values
     * @param steps bytes that a turn of each outer loop moves the bias; empty for none at all
     * @param activation f, or null for none
     * @param addend what is added element by element, or null for nothing
     * @param gate what decides about each element, or null for nothing
     */
    public record Epilogue(Bias kind, long bias, List<Long> steps, @Nullable Activation activation, @Nullable Beside addend,
            @Nullable Beside gate) {
        /** The sum as it is. */
        public static final Epilogue NONE = new Epilogue(Bias.NONE, 0, List.of(), null);

        public Epilogue {
            steps = List.copyOf(steps);
        }

        /** f(sum + bias). */
        public Epilogue(Bias kind, long bias, List<Long> steps, @Nullable Activation activation) {
            this(kind, bias, steps, activation, null, null);
        }

        /** Bytes that a turn of outer loop {@code i} moves the bias. */
        public long step(int i) { return steps.isEmpty() ? 0 : steps.get(i); }

        private boolean isLanewise(int last) {
            return (kind == Bias.NONE || (kind == Bias.COLUMN && step(last) == Float.BYTES)) && isLanewise(addend, last)
                    && isLanewise(gate, last);
        }

        private static boolean isLanewise(@Nullable Beside x, int last) { return x == null || x.outer.get(last) == Float.BYTES; }
    }
}
