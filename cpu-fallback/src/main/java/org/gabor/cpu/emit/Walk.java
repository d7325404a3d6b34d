package org.gabor.cpu.emit;

import java.util.List;
import org.gabor.cpu.kernel.Loop;

/** How far a turn of nested loops, the last the innermost, has moved each operand. */
final class Walk {
    private Walk() {}

    static long a(List<Loop> loops, long turn) {
        long offset = 0;
        for (int i = loops.size() - 1; i >= 0; i--) {
            Loop l = loops.get(i);
            offset += turn % l.count() * l.a();
            turn /= l.count();
        }
        return offset;
    }

    static long b(List<Loop> loops, long turn) {
        long offset = 0;
        for (int i = loops.size() - 1; i >= 0; i--) {
            Loop l = loops.get(i);
            offset += turn % l.count() * l.b();
            turn /= l.count();
        }
        return offset;
    }

    static long c(List<Loop> loops, long turn) {
        long offset = 0;
        for (int i = loops.size() - 1; i >= 0; i--) {
            Loop l = loops.get(i);
            offset += turn % l.count() * l.c();
            turn /= l.count();
        }
        return offset;
    }

    /** Offsets of C in all turns. */
    static long[] tableOfC(List<Loop> loops) {
        var offsets = new long[Loop.turns(loops)];
        for (int t = 0; t < offsets.length; t++) offsets[t] = c(loops, t);
        return offsets;
    }

    /** Offsets of A in all turns. */
    static long[] tableOfA(List<Loop> loops) {
        var offsets = new long[Loop.turns(loops)];
        for (int t = 0; t < offsets.length; t++) offsets[t] = a(loops, t);
        return offsets;
    }
}
