package org.gabor.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.cuda.Code.Instruction;
import org.gabor.cuda.Code.Op;
import org.gabor.cuda.Code.Value;
import org.jspecify.annotations.Nullable;

/**
 * Turns code into that of a machine with one accumulator. Every result is in the accumulator when it is made, and stays
 * there for the next instruction; only what is wanted later is kept in a register.
 */
final class Accumulator {
    /** Where a second argument comes from, numbered as in pointwise.cu. */
    enum Source {
        NONE(0), OPERAND(1), REGISTER(2), NUMBER(3);

        final int number;

        Source(int number) {
            this.number = number;
        }
    }

    /** An instruction of the machine: {@code swapped} says that accumulator and second argument change places first. */
    record Coded(Op op, Source source, boolean swapped, int index, float a, float b) {}

    private final List<Instruction> from;
    private final List<Coded> code = new ArrayList<>();
    /** Registers of values that are kept, and the values of the registers that are in use. */
    private final Map<Integer, Integer> registers = new HashMap<>();
    private final List<@Nullable Integer> inUse = new ArrayList<>();
    private @Nullable Value held;

    Accumulator(List<Instruction> from) {
        this.from = from;
    }

    List<Coded> code() {
        for (int i = 0; i < from.size(); i++) {
            translate(from.get(i));
            if (from.get(i).op() != Op.STORE) {
                held = new Value.Computed(i);
                if (isWantedLater(i)) keep(i);
            }
            release(i);
        }
        return code;
    }

    private void translate(Instruction i) {
        Value y = i.y();
        if (y == null) {
            if (i.op() == Op.LOAD || !i.x().equals(held)) add(Op.LOAD, i.x(), false, 0, 0);
            held = i.x();
            if (i.op() != Op.LOAD) code.add(new Coded(i.op(), Source.NONE, false, i.index(), (float) i.a(), (float) i.b()));
            return;
        }
        boolean swapped = y.equals(held) && !i.x().equals(held);
        if (!swapped && !i.x().equals(held)) add(Op.LOAD, i.x(), false, 0, 0);
        add(i.op(), swapped ? i.x() : y, swapped, i.a(), i.b());
    }

    private void add(Op op, Value second, boolean swapped, double a, double b) {
        code.add(switch (second) {
            case Value.Memory m -> new Coded(op, Source.OPERAND, swapped, m.operand(), (float) a, (float) b);
            case Value.Constant n -> new Coded(op, Source.NUMBER, swapped, 0, n.value(), (float) b);
            case Value.Computed c -> new Coded(op, Source.REGISTER, swapped,
                    Objects.requireNonNull(registers.get(c.instruction()), "kept"), (float) a, (float) b);
        });
    }

    /** True if the accumulator no longer holds the value at one of the places where it is read. */
    private boolean isWantedLater(int computed) {
        boolean lost = false;
        for (Instruction i : from.subList(computed + 1, from.size())) {
            int reads = reads(i, computed);
            if (reads > 1 || (lost && reads > 0)) return true;
            lost |= i.op() != Op.STORE || reads == 0;
        }
        return false;
    }

    private static int reads(Instruction i, int computed) {
        var value = new Value.Computed(computed);
        return (value.equals(i.x()) ? 1 : 0) + (value.equals(i.y()) ? 1 : 0);
    }

    private void keep(int computed) {
        int free = inUse.indexOf(null);
        if (free < 0) {
            free = inUse.size();
            inUse.add(null);
        }
        inUse.set(free, computed);
        registers.put(computed, free);
        code.add(new Coded(Op.KEEP, Source.NONE, false, free, 0, 0));
    }

    /** Registers that nobody reads behind {@code last} are free. */
    private void release(int last) {
        for (int r = 0; r < inUse.size(); r++) {
            Integer value = inUse.get(r);
            if (value == null) continue;
            if (from.subList(last + 1, from.size()).stream().allMatch(i -> reads(i, value) == 0)) inUse.set(r, null);
        }
    }
}
