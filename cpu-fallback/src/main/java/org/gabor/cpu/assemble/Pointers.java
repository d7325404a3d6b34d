package org.gabor.cpu.assemble;

import org.gabor.cpu.assemble.Assembler.Condition;
import org.gabor.cpu.assemble.Encoder.Label;

/** The pointers of a nest to its operands, in registers, and the loops that move them. Loops count on the stack. */
final class Pointers {
    static final Gp A = Gp.RSI;
    static final Gp B = Gp.RDX;
    static final Gp C = Gp.RCX;
    static final Gp BIAS = Gp.R8;
    static final Gp ADDEND = Gp.R14;
    static final Gp GATE = Gp.R15;
    private static final Gp[] ALL = {A, B, C, BIAS, ADDEND, GATE};
    /** Used up by what moves pointers. */
    private static final Gp SCRATCH = Gp.RAX;

    private final Assembler x;

    /** How often a loop turns, perhaps never. */
    @FunctionalInterface
    interface Count {
        /** Puts it into a register. */
        void load(Assembler x, Gp into);
    }

    Pointers(Assembler x) {
        this.x = x;
    }

    /** Takes them from the first words of a row, in the order of {@link Offsets}. */
    void load(Gp row) { for (int i = 0; i < ALL.length; i++) x.load(ALL[i], Mem.at(row, (long) i * Long.BYTES)); }

    void advance(Offsets by) {
        advance(A, by.a());
        advance(B, by.b());
        advance(C, by.c());
        advance(BIAS, by.bias());
        advance(ADDEND, by.addend());
        advance(GATE, by.gate());
    }

    private void advance(Gp pointer, long by) {
        if (by == (int) by) {
            x.add(pointer, by);
        } else {
            x.move(SCRATCH, by);
            x.add(pointer, SCRATCH);
        }
    }

    /** {@code body}, which may move what {@code step} moves; afterwards they are where they were. */
    void keep(Offsets step, Runnable body) {
        Gp[] moved = {step.a() == 0 ? null : A, step.b() == 0 ? null : B, step.c() == 0 ? null : C,
                step.bias() == 0 ? null : BIAS, step.addend() == 0 ? null : ADDEND, step.gate() == 0 ? null : GATE};
        for (Gp p : moved) if (p != null) x.push(p);
        body.run();
        for (int i = moved.length - 1; i >= 0; i--) if (moved[i] != null) x.pop(moved[i]);
    }

    /** {@code body} as often as the walk says, each time a step further on; afterwards the pointers are where they were. */
    void walk(Walk walk, Runnable body) {
        if (walk.count() == 1) body.run();
        else walk((to, register) -> to.move(register, walk.count()), walk.step(), body);
    }

    /** The same with a count that may be 0. */
    void walk(Count count, Offsets step, Runnable body) { keep(step, () -> repeat(count, step, body)); }

    /** {@code body} as often as {@code count} says, each time a step further on, where the pointers then stay. */
    void repeat(Count count, Offsets step, Runnable body) {
        var top = new Label();
        var end = new Label();
        count.load(x, SCRATCH);
        x.test(SCRATCH, SCRATCH);
        x.jump(Condition.ZERO, end);
        x.bind(top);
        x.push(SCRATCH);
        body.run();
        advance(step);
        x.pop(SCRATCH);
        x.add(SCRATCH, -1);
        x.jump(Condition.NOT_ZERO, top);
        x.bind(end);
    }

    /** {@code body} unless the count is 0. */
    void unlessZero(Count count, Runnable body) {
        var end = new Label();
        count.load(x, SCRATCH);
        x.test(SCRATCH, SCRATCH);
        x.jump(Condition.ZERO, end);
        body.run();
        x.bind(end);
    }
}
