package org.gabor.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Loops over elements in the order of memory, and for each of some operands how far a turn moves it.
 *
 * @param axes the loops, the outermost first
 */
record Walk(List<Axis> axes) {
    /**
     * One loop.
     *
     * @param count its turns
     * @param strides elements that a turn moves each operand
     */
    record Axis(long count, List<Long> strides) {
        Axis {
            strides = List.copyOf(strides);
        }

        long stride(int operand) { return strides.get(operand); }

        /** True if a turn of this loop moves everything as far as all turns of {@code inner}. */
        private boolean continues(Axis inner) {
            return IntStream.range(0, strides.size()).allMatch(i -> stride(i) == inner.stride(i) * inner.count);
        }
    }

    Walk {
        axes = List.copyOf(axes);
    }

    /** The same walk in as few loops as possible, at least one. */
    static Walk of(List<Axis> axes, int operands) {
        var merged = new ArrayList<Axis>();
        for (Axis a : axes) {
            if (a.count == 1) continue;
            boolean one = !merged.isEmpty() && merged.getLast().continues(a);
            merged.add(one ? new Axis(merged.removeLast().count * a.count, a.strides) : a);
        }
        if (merged.isEmpty()) merged.add(new Axis(1, IntStream.range(0, operands).mapToObj(_ -> 0L).toList()));
        return new Walk(merged);
    }

    /** The axes of a value in the order of memory, the innermost last. */
    static List<Integer> order(Stored x) {
        return x.channelsLast() ? List.of(0, 2, 3, 1) : IntStream.range(0, x.shape().rank()).boxed().toList();
    }

    Axis innermost() { return axes.getLast(); }

    /** Turns of all loops together. */
    long turns() { return axes.stream().mapToLong(Axis::count).reduce(1, Math::multiplyExact); }
}
