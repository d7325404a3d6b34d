package org.gabor.cpu.kernel;

import java.util.List;
import org.gabor.graph.Activation;
import org.gabor.graph.Pointwise.Dropout;

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
     * How an operand follows a run: element j of the run is at (j / lanes) step + (j mod lanes) lane bytes. With
     * {@code lanes} images side by side, an operand without width has step 0, one without a batch has lane 0.
     *
     * @param lanes elements of a group
     * @param step bytes from group to group
     * @param lane bytes from element to element of a group
     */
    public record Along(int lanes, long step, long lane) {
        /** One element serves the whole run. */
        public static final Along SINGLE = new Along(1, 0, 0);

        /** Side by side. */
        public static Along wide(Element element) { return new Along(1, element == Element.F32 ? Float.BYTES : 1, 0); }

        /** The simplest form of the same walk. */
        public Along simple() {
            if (step == lanes * lane) return new Along(1, lane, 0);
            return lanes == 1 ? new Along(1, step, 0) : this;
        }
    }

    /**
     * An operand.
     *
     * @param address of its first element
     * @param element what it holds
     * @param along how it follows a run
     * @param strides bytes a turn of each outer loop
     */
    public record Operand(long address, Element element, Along along, List<Long> strides) {
        public Operand {
            strides = List.copyOf(strides);
        }

        /** True if it has an element for every one of a run, side by side. */
        public boolean wide() { return along.equals(Along.wide(element)); }
    }

    /** Operations on registers. Every register is written by one instruction. */
    public sealed interface Instruction {
        /** register = operand. */
        record Load(int register, int operand) implements Instruction {}

        /** A wide operand = register. */
        record Store(int register, int operand) implements Instruction {}

        /** Every element of the register = source. */
        record Fill(int register, Source source) implements Instruction {}

        /** register = f(x). */
        record Apply(Activation f, int register, int x) implements Instruction {}

        /** register = f'(v) dy, v being what the derivative of f is written in terms of. */
        record Slope(Activation f, int register, int v, int dy) implements Instruction {}

        /** register = square root of x. */
        record Root(int register, int x) implements Instruction {}

        /** register = x f y. */
        record Combine(Operator f, int register, int x, Source y) implements Instruction {}

        /** register = x with elements dropped as {@code draws} has it. */
        record Drop(int register, int x, Draws draws) implements Instruction {}
    }

    /**
     * Which elements a dropout drops. Elements are counted in the order of the walk; with {@code lanes} images side by
     * side that is block of images, element of an image, image of the block.
     *
     * @param op rate and stream
     * @param seed address of the seed's two words
     * @param step address of the step's number
     * @param epoch address of the epoch's number
     * @param lanes images side by side
     * @param image elements of an image
     */
    public record Draws(Dropout op, long seed, long step, long epoch, int lanes, long image) {}

    /** The second argument of an operation. */
    public sealed interface Source {
        /** Element by element. */
        record Register(int index) implements Source {}

        /** The one element that an operand has for this run. */
        record Single(int operand) implements Source {}

        /** A number. */
        record Constant(float value) implements Source {}
    }

    /** Functions of two values. */
    public enum Operator {
        ADD, SUB, MUL, DIV, MIN, MAX
    }

    /** Registers that the code uses. */
    public int registers() {
        int most = 0;
        for (Instruction i : code) most = Math.max(most, 1 + switch (i) {
            case Instruction.Load l -> l.register();
            case Instruction.Store s -> s.register();
            case Instruction.Fill f -> f.register();
            case Instruction.Apply a -> a.register();
            case Instruction.Slope s -> s.register();
            case Instruction.Root r -> r.register();
            case Instruction.Combine c -> c.register();
            case Instruction.Drop d -> d.register();
        });
        return most;
    }
}
