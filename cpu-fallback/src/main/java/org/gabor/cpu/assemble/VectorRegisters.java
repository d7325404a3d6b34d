package org.gabor.cpu.assemble;

import java.util.Arrays;
import org.gabor.cpu.kernel.Pointwise.Instruction;
import org.gabor.cpu.kernel.Pointwise.Source;

/**
 * Which vector holds which value of a chain, for one pass over its code. A value is forgotten after its last use; when
 * vectors run out, the value that is used last goes to the stack until it is needed.
 */
final class VectorRegisters {
    private static final int FREE = -1;
    private static final int TAKEN = -2;
    private static final int NOWHERE = -1;

    private final Assembler x;
    private final Instruction[] code;
    private final long stack;
    private final int stackSlots;
    /** For each vector the value that it holds. */
    private final int[] holds;
    /** For each value the vector that holds it, and its place on the stack. */
    private final int[] vector;
    private final int[] slot;
    private int slots;
    private int now;

    /**
     * All vectors free.
     *
     * @param stack bytes from RSP to where values may be stored
     * @param stackSlots how many vectors have room there
     */
    VectorRegisters(Assembler x, Instruction[] code, int values, long stack, int stackSlots) {
        this.x = x;
        this.code = code;
        this.stack = stack;
        this.stackSlots = stackSlots;
        this.holds = new int[x.isa.registers];
        this.vector = new int[values];
        this.slot = new int[values];
        Arrays.fill(holds, FREE);
        Arrays.fill(vector, NOWHERE);
        Arrays.fill(slot, NOWHERE);
    }

    /** From now on instruction {@code i} is written: its operands keep their vectors. */
    void at(int i) { now = i; }

    /** The vector of a value. */
    int use(int value) {
        if (vector[value] == NOWHERE) {
            int v = take();
            x.load(v, place(value));
            bind(value, v);
        }
        return vector[value];
    }

    /** A vector for the result of the instruction, perhaps that of an operand that is not used any more. */
    int define(int value) {
        for (int v = 0; v < holds.length; v++) if (holds[v] >= 0 && nextUse(holds[v], now + 1) == code.length) forget(holds[v]);
        int v = take();
        bind(value, v);
        return v;
    }

    /** Vectors for intermediate results, to be given back. */
    int[] scratch(int count) {
        int[] taken = new int[count];
        for (int i = 0; i < count; i++) taken[i] = take();
        return taken;
    }

    /** Takes scratch vectors back. */
    void release(int... taken) {
        for (int v : taken) holds[v] = FREE;
    }

    private int take() {
        int last = NOWHERE;
        for (int v = 0; v < holds.length; v++) {
            if (holds[v] == FREE) {
                holds[v] = TAKEN;
                return v;
            }
            if (holds[v] >= 0 && nextUse(holds[v], now) > now
                    && (last == NOWHERE || nextUse(holds[v], now) > nextUse(holds[last], now)))
                last = v;
        }
        if (last == NOWHERE) throw new IllegalStateException("an operation needs more vectors than there are");
        int value = holds[last];
        if (slot[value] == NOWHERE) {
            if (slots == stackSlots) throw new IllegalStateException("a chain has more than " + slots + " values on the stack");
            slot[value] = slots++;
            x.store(place(value), last);
        }
        forget(value);
        holds[last] = TAKEN;
        return last;
    }

    private Mem place(int value) { return Mem.at(Gp.RSP, stack + (long) slot[value] * x.isa.bytes); }

    private void bind(int value, int v) {
        holds[v] = value;
        vector[value] = v;
    }

    private void forget(int value) {
        holds[vector[value]] = FREE;
        vector[value] = NOWHERE;
    }

    /** The first instruction from {@code from} on that uses the value, or the code's length. */
    private int nextUse(int value, int from) {
        for (int i = from; i < code.length; i++) if (uses(code[i], value)) return i;
        return code.length;
    }

    private static boolean uses(Instruction i, int value) {
        return switch (i) {
            case Instruction.Load _,Instruction.Fill _ -> false;
            case Instruction.Store s -> s.register() == value;
            case Instruction.Apply a -> a.x() == value;
            case Instruction.Slope s -> s.v() == value || s.dy() == value;
            case Instruction.Root r -> r.x() == value;
            case Instruction.Drop d -> d.x() == value;
            case Instruction.Combine c ->
                    c.x() == value || c.y() instanceof Source.Register y && y.index() == value;
        };
    }
}
