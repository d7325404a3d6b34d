package org.gabor.cpu.kernel;

import java.util.List;

/**
 * A chain of elementwise operations, done run by run: every turn of the outer loops handles {@code run} neighbouring
 * elements. Values in between live in registers of one run and are written once.
 *
 * @param counts the outer loops, the innermost last
 * @param run elements of a run
 * @param operands what is read and written
 * @param code what is done with a run, in order
 * @param guard address of an int that stops the kernel from doing anything if it is not zero, or 0 for none
 */
public record Pointwise(List<Integer> counts, int run, List<Operand> operands, List<Instruction> code, long guard)
        implements Description {
    public Pointwise {
        counts = List.copyOf(counts);
        operands = List.copyOf(operands);
        code = List.copyOf(code);
    }

    /** What one element of memory holds. */
    public enum Element {
        F32, U8
    }

    /**
     * An operand.
     *
     * @param address of its first element
     * @param element what it holds
     * @param wide true if it has an element for every one of a run, side by side; false if one serves the whole run
     * @param strides bytes a turn of each outer loop
     */
    public record Operand(long address, Element element, boolean wide, List<Long> strides) {
        public Operand {
            strides = List.copyOf(strides);
        }
    }

    /** Operations on registers. Every register is written by one instruction. */
    public sealed interface Instruction {
        /** register = a wide operand. */
        record Load(int register, int operand) implements Instruction {}

        /** A wide operand = register. */
        record Store(int register, int operand) implements Instruction {}

        /** Every element of the register = source. */
        record Fill(int register, Source source) implements Instruction {}

        /** register = f(x). */
        record Apply(Function f, int register, int x) implements Instruction {}

        /** register = x f y. */
        record Combine(Operator f, int register, int x, Source y) implements Instruction {}
    }

    /** The second argument of an operation. */
    public sealed interface Source {
        /** Element by element. */
        record Register(int index) implements Source {}

        /** The one element that an operand has for this run. */
        record Single(int operand) implements Source {}

        /** A number. */
        record Constant(float value) implements Source {}
    }

    /** Functions of one value. */
    public enum Function {
        RELU, TANH
    }

    /** Functions of two values. RELU_SLOPE is y where x > 0, else 0; TANH_SLOPE is y (1 - x^2). */
    public enum Operator {
        ADD, SUB, MUL, RELU_SLOPE, TANH_SLOPE
    }

    /** Registers that the code uses. */
    public int registers() {
        int most = 0;
        for (Instruction i : code) most = Math.max(most, 1 + switch (i) {
            case Instruction.Load l -> l.register();
            case Instruction.Store s -> s.register();
            case Instruction.Fill f -> f.register();
            case Instruction.Apply a -> a.register();
            case Instruction.Combine c -> c.register();
        });
        return most;
    }
}
