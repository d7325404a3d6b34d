package org.gabor.cpu.emit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gabor.cpu.kernel.Loop;

/** Some neighbouring columns of a nest: where they lie in B and in C, and how to move them to and from heap arrays. */
final class Columns {
    /** Shorter stretches than this are gathered element by element, which is then as fast as a bulk copy. */
    private static final int WORTH_A_COPY = 8;

    /** The number of the first column. */
    final int first;
    /** How many columns there are. */
    final int count;
    private final Side b;
    private final Side c;

    private Columns(int first, int count, Side b, Side c) {
        this.first = first;
        this.count = count;
        this.b = b;
        this.c = c;
    }

    /** All columns of the loops in even groups of at most {@code most}. */
    static List<Columns> of(List<Loop> loops, int most) {
        int total = Loop.turns(loops);
        long[] b = new long[total], c = new long[total];
        for (int j = 0; j < total; j++) {
            int rest = j;
            for (Loop l : loops.reversed()) {
                b[j] += rest % l.count() * l.b();
                c[j] += rest % l.count() * l.c();
                rest /= l.count();
            }
        }
        int groups = Math.ceilDiv(total, most);
        int size = Math.min(most, Math.ceilDiv(Math.ceilDiv(total, groups), 16) * 16);
        var columns = new ArrayList<Columns>();
        for (int j = 0; j < total; j += size) {
            int end = Math.min(j + size, total);
            Side inB = Side.of(Arrays.copyOfRange(b, j, end)), inC = Side.of(Arrays.copyOfRange(c, j, end));
            columns.add(new Columns(j, end - j, inB, inC));
        }
        return columns;
    }

    /** {@code target[j] = B[j]}. */
    void stage(long base, float[] target) { b.load(base, target); }

    /** {@code target[j] = C[j]}. */
    void stageC(long base, float[] target) { c.load(base, target); }

    /** {@code C[j] = source[j]}. */
    void store(long base, float[] source) {
        if (c.gathered) {
            for (int j = 0; j < count; j++) Memory.f32(base + c.offsets[j], source[j]);
        } else {
            for (int i = 0; i < c.starts.length; i++) {
                int at = c.starts[i];
                Memory.store(source, at, base + c.offsets[at], c.lengths[i]);
            }
        }
    }

    /** Byte offsets of the columns in one operand, and the stretches of them that are adjacent. */
    private static final class Side {
        private final long[] offsets;
        private final int[] starts;
        private final int[] lengths;
        private final boolean gathered;

        private Side(long[] offsets, int[] starts, int[] lengths) {
            this.offsets = offsets;
            this.starts = starts;
            this.lengths = lengths;
            this.gathered = offsets.length < (long) starts.length * WORTH_A_COPY;
        }

        void load(long base, float[] target) {
            if (gathered) {
                for (int j = 0; j < offsets.length; j++) target[j] = Memory.f32(base + offsets[j]);
            } else {
                for (int i = 0; i < starts.length; i++)
                    Memory.load(base + offsets[starts[i]], target, starts[i], lengths[i]);
            }
        }

        static Side of(long[] offsets) {
            var starts = new ArrayList<Integer>();
            for (int j = 0; j < offsets.length; j++)
                if (j == 0 || offsets[j] != offsets[j - 1] + Float.BYTES) starts.add(j);
            int[] lengths = new int[starts.size()];
            for (int i = 0; i < lengths.length; i++) {
                int end = i + 1 < lengths.length ? starts.get(i + 1) : offsets.length;
                lengths[i] = end - starts.get(i);
            }
            return new Side(offsets, starts.stream().mapToInt(Integer::intValue).toArray(), lengths);
        }
    }
}
