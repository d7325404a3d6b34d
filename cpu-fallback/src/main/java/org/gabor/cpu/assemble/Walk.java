package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.gabor.cpu.kernel.Loop;

/**
 * A loop and how far one turn moves the pointers of a nest.
 *
 * @param count turns
 * @param step how far one turn moves
 */
record Walk(int count, Offsets step) {
    private static final int LINE = 64;
    /** Lines that lie a multiple of this apart share the few places of one set in most first-level caches. */
    static final int PAGE = 4096;

    /**
     * Loops whose turns, counted in one, move the bias by {@code bias} each.
     *
     * @param addend steps of what is added, or none
     * @param gate steps of what lets the result through, or none
     */
    static List<Walk> of(List<Loop> loops, long bias, List<Long> addend, List<Long> gate) {
        var walks = new ArrayList<Walk>();
        long dense = bias;
        for (int i = loops.size() - 1; i >= 0; i--) {
            Loop l = loops.get(i);
            walks.addFirst(new Walk(l.count(), new Offsets(l.a(), l.b(), l.c(), dense, step(addend, i), step(gate, i))));
            dense *= l.count();
        }
        return merged(walks);
    }

    /** The step of a loop, 0 where there are none. */
    static long step(List<Long> steps, int loop) { return steps.isEmpty() ? 0 : steps.get(loop); }

    /** The same way without loops of one turn and with even neighbours made one. */
    static List<Walk> merged(List<Walk> walks) {
        var merged = new ArrayList<Walk>();
        for (Walk w : walks) {
            if (w.count == 1) continue;
            if (!merged.isEmpty() && merged.getLast().step.equals(w.step.times(w.count)))
                merged.add(new Walk(merged.removeLast().count * w.count, w.step));
            else merged.add(w);
        }
        return List.copyOf(merged);
    }

    /** Turns of all loops together. */
    static long turns(List<Walk> walks) {
        long turns = 1;
        for (Walk w : walks) turns = Math.multiplyExact(turns, w.count);
        return turns;
    }

    /** Where turn {@code i} of all loops, counted in one, begins. */
    static Offsets at(List<Walk> walks, long i) {
        Offsets at = Offsets.NONE;
        for (Walk w : walks.reversed()) {
            at = at.plus(w.step.times(i % w.count));
            i /= w.count;
        }
        return at;
    }

    /**
     * About how many bytes of cache one operand takes in all turns of some loops, whole lines where they lie scattered.
     *
     * @param operand the steps of the operand
     * @param bytes how many are read in each turn
     */
    static long footprint(List<Walk> walks, ToLongFunction<Offsets> operand, long bytes) {
        var byStep = new ArrayList<>(walks);
        byStep.sort((v, w) -> Long.compare(Math.abs(operand.applyAsLong(v.step)), Math.abs(operand.applyAsLong(w.step))));
        double size = bytes;
        long span = bytes;
        for (Walk w : byStep) {
            long step = Math.abs(operand.applyAsLong(w.step)), way = (w.count - 1) * step;
            if (way == 0) continue;
            if (step <= span) size *= (double) (span + way) / span;
            else size = w.count * (step % PAGE == 0 ? step : Math.min(step, Math.ceilDiv((long) size, LINE) * LINE));
            span += way;
        }
        return (long) size;
    }
}
