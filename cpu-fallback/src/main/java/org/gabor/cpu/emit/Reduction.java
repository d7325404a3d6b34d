package org.gabor.cpu.emit;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Loop;

/** The summed loops of a nest: turns of the outer ones, and a table of the steps within a turn. */
final class Reduction {
    /** Steps whose offsets are kept in the table; the loops around them are walked. */
    private static final int TABLE = 4096;

    /** Offsets in A of the steps of a turn. */
    final long[] a;
    /** Offsets in B. */
    final long[] b;
    /** Turns of the loops that the table leaves, 0 for an empty sum. */
    final int turns;
    private final List<Loop> around;

    Reduction(List<Loop> loops) {
        var rest = new ArrayList<>(loops);
        var taps = new ArrayList<Loop>();
        int steps = 1;
        while (!rest.isEmpty()) {
            Loop l = rest.removeLast();
            int fits = Loop.largestDivisor(l.count(), TABLE / steps);
            taps.addFirst(new Loop(fits, l.a(), l.b()));
            steps *= fits;
            if (fits == l.count()) continue;
            rest.add(new Loop(l.count() / fits, fits * l.a(), fits * l.b()));
            break;
        }
        this.around = List.copyOf(rest);
        this.turns = loops.isEmpty() ? 0 : Loop.turns(rest);
        this.a = new long[steps];
        this.b = new long[steps];
        for (int t = 0; t < steps; t++) {
            a[t] = Walk.a(taps, t);
            b[t] = Walk.b(taps, t);
        }
    }

    /** Where a turn begins in A. */
    long startInA(int turn) { return Walk.a(around, turn); }

    /** Where a turn begins in B. */
    long startInB(int turn) { return Walk.b(around, turn); }
}
