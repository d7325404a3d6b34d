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
     * How an operand follows a run of [pixels][channels][lanes]: element j is at (j / (channels lanes)) pixel +
     * (j / lanes mod channels) channel + (j mod lanes) lane bytes. An operand without width has pixel 0, so that it
     * repeats; one without a batch has lane 0.
     *
     * @param channels channels of a pixel
     * @param lanes elements of a channel of a pixel: images side by side
     * @param pixel bytes from pixel to pixel
     * @param channel bytes from channel to channel
     * @param lane bytes from lane to lane
     */
    public record Along(int channels, int lanes, long pixel, long channel, long lane) {
        /** One element serves the whole run. */
        public static final Along SINGLE = even(0);

        /** Side by side. */
        public static Along wide(Element element) { return even(element == Element.F32 ? Float.BYTES : 1); }

        private static Along even(long step) { return new Along(1, 1, step, 0, 0); }

        /** Elements of a pixel. */
        public int period() { return channels * lanes; }

        /**
         * The simplest form of the same walk. What remains are the forms (1, 1, step, 0, 0): even; (1, lanes, step, 0,
         * lane); (period, 1, step, channel, 0), and with step 0 a row that repeats; and all five.
         */
        public Along simple() {
            if (lanes == 1 && channels == 1) return even(pixel);
            if (lanes == 1 && pixel == channels * channel) return even(channel);
            if (channels == 1) return pixel == lanes * lane ? even(lane) : new Along(1, lanes, pixel, 0, lane);
            if (lanes > 1 && lane != 0 && channel == lanes * lane)
                return new Along(channels * lanes, 1, pixel, lane, 0).simple();
            if (pixel == channels * channel) return new Along(1, lanes, channel, 0, lane).simple();
            if (channel == 0 && lane == 0) return new Along(1, channels * lanes, pixel, 0, 0).simple();
            return this;
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
     * Which elements a dropout drops. The walk counts [blocks of images][pixels][channels][lanes]; the number of an
     * element, which says what is drawn for it, is that of the logical order, [images][channels][pixels].
     *
     * @param op rate and stream
     * @param seed address of the seed's two words
     * @param step address of the step's number
     * @param epoch address of the epoch's number
     * @param lanes images side by side
     * @param channels channels of a pixel
     * @param image elements of an image
     */
    public record Draws(Dropout op, long seed, long step, long epoch, int lanes, int channels, long image) {}

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
