package org.gabor.cpu.assemble;

import java.util.Arrays;
import java.util.List;
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
    private final int[][] uses;
    private final long stack;
    private final int stackSlots;
    /** For each vector the value that it holds. */
    private final int[] holds;
    /** For each value the vector that holds it, and its place on the stack. */
    private final int[] vector;
    private final int[] slot;
    private int slots;
    /** For each value the instruction that needs it last. */
    private final int[] last;
    private int now;

    /**
     * All vectors free.
     *
     * @param uses for each instruction of the chain the values that it needs
     * @param values how many values there are
     * @param stack bytes from RSP to where values may be stored
     * @param stackSlots how many vectors have room there
     */
    VectorRegisters(Assembler x, int[][] uses, int values, long stack, int stackSlots) {
        this.x = x;
        this.uses = uses;
        this.stack = stack;
        this.stackSlots = stackSlots;
        this.holds = new int[x.isa.registers];
        this.vector = new int[values];
        this.slot = new int[values];
        Arrays.fill(holds, FREE);
        Arrays.fill(vector, NOWHERE);
        Arrays.fill(slot, NOWHERE);
        this.last = new int[values];
        for (int i = 0; i < uses.length; i++) for (int value : uses[i]) last[value] = i;
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
        for (int held : holds) if (held >= 0 && last[held] <= now) forget(held);
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
        for (int v = 0; v < holds.length; v++) {
            if (holds[v] != FREE) continue;
            holds[v] = TAKEN;
            return v;
        }
        int latest = NOWHERE, use = now;
        for (int v = 0; v < holds.length; v++) {
            if (holds[v] < 0 || nextUse(holds[v]) <= use) continue;
            latest = v;
            use = nextUse(holds[v]);
        }
        if (latest == NOWHERE) throw new IllegalStateException("an operation needs more vectors than there are");
        int value = holds[latest];
        if (slot[value] == NOWHERE) {
            if (slots == stackSlots) throw new IllegalStateException("a chain has more than " + slots + " values on the stack");
            slot[value] = slots++;
            x.store(place(value), latest);
        }
        forget(value);
        holds[latest] = TAKEN;
        return latest;
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

    /** The first instruction from now on that needs the value, or how many instructions there are. */
    private int nextUse(int value) {
        for (int i = now; i < uses.length; i++) for (int used : uses[i]) if (used == value) return i;
        return uses.length;
    }

    /** For each instruction the values that it needs. */
    static int[][] uses(List<Instruction> code) {
        var uses = new int[code.size()][];
        for (int i = 0; i < uses.length; i++) uses[i] = switch (code.get(i)) {
            case Instruction.Load _,Instruction.Fill _ -> new int[0];
            case Instruction.Store s -> new int[] {s.register()};
            case Instruction.Apply a -> new int[] {a.x()};
            case Instruction.Slope s -> new int[] {s.v(), s.dy()};
            case Instruction.Root r -> new int[] {r.x()};
            case Instruction.Drop d -> new int[] {d.x()};
            case Instruction.Combine c -> c.y() instanceof Source.Register(int y) ? new int[] {c.x(), y} : new int[] {c.x()};
        };
        return uses;
    }
}
