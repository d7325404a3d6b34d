package org.gabor.cpu.assemble;

import java.util.List;
import java.util.function.ToLongFunction;
import org.gabor.cpu.kernel.Loop;

/**
 * Loops around some code whose counts and steps are arguments, so that walks of all sizes share one function. RSI and RDX
 * follow the first and the second operand; RCX counts the innermost loop, and the counters of those around it are on the
 * stack, the next one on top.
 */
final class Levels {
    /** Arguments of a level: how many turns there are, and how far each moves RSI and RDX. */
    private static final int WORDS = 3;

    private Levels() {}

    /** How many arguments {@code levels} take. */
    static int words(int levels) { return WORDS * levels; }

    /** Does {@code body} in every turn; it leaves RSI, RDX and RCX as they are. The arguments start at word {@code first}. */
    static void around(Assembler x, int first, int levels, Runnable body) {
        if (levels == 0) {
            body.run();
            return;
        }
        x.load(Gp.RCX, argument(first));
        x.loop(Gp.RCX, () -> {
            if (levels == 1) {
                body.run();
            } else {
                x.push(Gp.RCX);
                around(x, first + WORDS, levels - 1, body);
                x.pop(Gp.RCX);
            }
            x.add(Gp.RSI, argument(first + 1));
            x.add(Gp.RDX, argument(first + 2));
        });
    }

    /** Word {@code i} of the row of arguments. */
    static Mem argument(int i) { return Mem.at(Gp.RDI, (long) i * Long.BYTES); }

    /** Writes the arguments of {@code levels}: of {@code loops}, the innermost last, and outside of them of single turns. */
    static void store(long[] row, int first, int levels, List<Loop> loops) {
        for (int i = 0; i < levels; i++) {
            int at = first + WORDS * i, l = i - (levels - loops.size());
            row[at] = 1;
            if (l < 0) continue;
            Loop loop = loops.get(l);
            row[at] = loop.count();
            row[at + 1] = loop.a();
            row[at + 2] = loop.b();
            if (l + 1 == loops.size()) continue;
            // the loops inside have moved on by all of their turns
            Loop inner = loops.get(l + 1);
            row[at + 1] -= inner.count() * inner.a();
            row[at + 2] -= inner.count() * inner.b();
        }
    }

    /** How far turn {@code turn} of all loops, counted in one, has moved an operand. */
    static long moved(List<Loop> loops, int turn, ToLongFunction<Loop> step) {
        long moved = 0;
        int rest = turn;
        for (int i = loops.size() - 1; i >= 0; i--) {
            Loop l = loops.get(i);
            moved += rest % l.count() * step.applyAsLong(l);
            rest /= l.count();
        }
        return moved;
    }
}
