package org.gabor.cpu.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * A loop and how far one turn moves each operand, in bytes.
 *
 * @param count turns
 * @param a step of the first operand
 * @param b step of the second operand
 * @param c step of the third operand, for most the result
 */
public record Loop(int count, long a, long b, long c) {
    /** A loop over two operands. */
    public Loop(int count, long a, long b) {
        this(count, a, b, 0);
    }

    /** Turns of all loops together. */
    public static int turns(List<Loop> loops) {
        long turns = 1;
        for (Loop l : loops) turns = Math.multiplyExact(turns, l.count);
        return Math.toIntExact(turns);
    }

    /** The largest divisor of {@code count} that is at most {@code most}: into how large even parts a loop can be cut. */
    public static int largestDivisor(int count, int most) {
        int d = Math.min(count, most);
        while (count % d != 0) d--;
        return d;
    }

    /** The same walk, the last loop the innermost, without loops of one turn and with even neighbours made one. */
    public static List<Loop> merged(List<Loop> loops) {
        var merged = new ArrayList<Loop>();
        for (Loop l : loops) {
            if (l.count == 1) continue;
            if (!merged.isEmpty() && merged.getLast().continues(l))
                merged.add(new Loop(merged.removeLast().count * l.count, l.a, l.b, l.c));
            else merged.add(l);
        }
        return List.copyOf(merged);
    }

    /** True if a turn of this loop moves as far as all turns of {@code inner}. */
    private boolean continues(Loop inner) {
        return a == inner.a * inner.count && b == inner.b * inner.count && c == inner.c * inner.count;
    }
}
