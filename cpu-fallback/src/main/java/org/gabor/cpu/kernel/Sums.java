package org.gabor.cpu.kernel;

import java.util.List;

/**
 * Sums in double precision, a unit (such as a channel) beside the other, for each of a few parts (such as images):
 * [parts][rows][units] dense doubles, where {@link Totals} takes them from. The parts are fixed, so that results are.
 *
 * @param kind what is summed
 * @param parts independent repetitions: steps of x (a) and dy (b)
 * @param units the sums of a part, the innermost last: steps of x and dy; any emitter is fast if they are adjacent
 * @param summed what is added up for each unit, in order: steps of x and dy
 * @param x address of x
 * @param dy address of dy ({@link Kind#GRADIENT} only)
 * @param result address of the doubles
 */
public record Sums(Kind kind, List<Loop> parts, List<Loop> units, List<Loop> summed, long x, long dy, long result)
        implements Description {
    public Sums {
        parts = List.copyOf(parts);
        units = List.copyOf(units);
        summed = List.copyOf(summed);
    }

    /** What is summed. */
    public enum Kind {
        /** A row: x. */
        TOTAL(1),
        /** Two rows: x and x^2. */
        MOMENTS(2),
        /** Two rows: dy and dy x. */
        GRADIENT(2);

        /** Sums of a unit. */
        public final int rows;

        Kind(int rows) {
            this.rows = rows;
        }
    }

    /** Bytes of the result. */
    public long bytes() {
        return (long) Loop.turns(parts) * kind.rows * Loop.turns(units) * Double.BYTES;
    }
}
