package org.gabor.cuda;

import java.util.List;
import java.util.stream.IntStream;
import org.gabor.cuda.Accumulator.Coded;
import org.gabor.cuda.Code.Draw;
import org.gabor.cuda.Code.Op;
import org.gabor.cuda.Code.Operand;
import org.gabor.graph.DType;
import org.gabor.graph.Pointwise.Dropout;

/**
 * What a kernel of pointwise.cu is called with: the struct Chain.
 *
 * @param walk the elements, and how the operands follow them
 * @param operands what is read and written
 * @param draws the dropouts
 * @param channels neighbours that belong to different channels
 * @param image elements of an image
 * @param code what is done
 */
record Program(Walk walk, List<Operand> operands, List<Draw> draws, int channels, long image, List<Coded> code) {
    private static final String FAMILY = "pointwise";
    private static final int THREADS = 256;
    /** Elements of a vector, one a thread, of the kernel that reads vectors; the other has single elements, some a thread. */
    private static final int LANES = 8, ELEMENTS = 4;
    /** Bytes that are read at once, at most. */
    private static final int ACCESS = 16;

    private static final int OPERANDS = 32, INSTRUCTIONS = 96, REGISTERS = 16, AXES = 4, DRAWS = 4;
    private static final int DRAWS_AT = 16 + OPERANDS * 48;
    private static final int EXTENTS_AT = DRAWS_AT + DRAWS * 32;
    private static final int CHANNELS_AT = EXTENTS_AT + (AXES - 1) * 12;
    private static final int CODE_AT = CHANNELS_AT + 2 * 12 + 2 * Integer.BYTES;
    private static final int BYTES = CODE_AT + INSTRUCTIONS * 12 + 4;

    /** How an operand follows the elements, numbered as in the kernel. */
    private enum Spread {
        FULL(0), ROW(1), WIDE(2), SINGLE(3);

        final int number;

        Spread(int number) {
            this.number = number;
        }
    }

    /** True if one kernel can run it. */
    boolean fits() {
        boolean registers = code.stream().filter(c -> c.op() == Op.KEEP).allMatch(c -> c.index() < REGISTERS);
        return registers && operands.size() <= OPERANDS && code.size() <= INSTRUCTIONS && draws.size() <= DRAWS
                && walk.axes().size() <= AXES;
    }

    Launch launch(long guard) {
        if (!fits()) throw new IllegalStateException("a chain of " + code.size() + " instructions is too long for one kernel");
        boolean wide = isWide();
        long elements = walk.turns(), vectors = wide ? Math.ceilDiv(elements, LANES) : elements;
        var struct = new Struct(BYTES).pointer(guard).big(elements);
        for (int i = 0; i < operands.size(); i++) put(struct, i, wide);
        struct.at(DRAWS_AT);
        for (Draw d : draws)
            struct.pointer(d.seed()).pointer(d.step()).pointer(d.epoch()).integer(Dropout.threshold(d.op().rate()))
                    .integer(d.op().stream());
        struct.at(EXTENTS_AT);
        for (int k = 0; k + 1 < axes(); k++) struct.divisor(axis(k).count() / (k == 0 && wide ? LANES : 1));
        struct.at(CHANNELS_AT).divisor(channels).divisor(channels == 1 ? 1 : image).integer(axes()).integer(code.size());
        for (Coded c : code)
            struct.small(c.op().number).small(c.source().number).small(c.swapped() ? 1 : 0).small(c.index()).number(c.a())
                    .number(c.b());
        int each = THREADS * (wide ? 1 : ELEMENTS);
        return new Launch(FAMILY, wide ? "pointwise_wide" : "pointwise_narrow", Launch.Grid.of(Math.ceilDiv(vectors, each)),
                THREADS, new Arguments().struct(struct.toBytes()));
    }

    private void put(Struct struct, int operand, boolean wide) {
        Operand o = operands.get(operand);
        struct.pointer(o.address());
        for (int k = 0; k < AXES; k++)
            struct.big(k < axes() ? axis(k).stride(operand) * (k == 0 && wide ? LANES : 1) : 0);
        struct.integer(element(o.dtype())).integer(spread(operand).number);
    }

    private Spread spread(int operand) {
        if (isFull(operand)) return Spread.FULL;
        if (axis(0).stride(operand) == 0) return Spread.SINGLE;
        boolean row = axis(0).stride(operand) == 1 && outer().allMatch(k -> axis(k).stride(operand) == 0);
        return row ? Spread.ROW : Spread.WIDE;
    }

    /** All axes but the innermost. */
    private IntStream outer() { return IntStream.range(1, axes()); }

    private int axes() { return walk.axes().size(); }

    /** An axis, counted from the innermost. */
    private Walk.Axis axis(int k) { return walk.axes().get(axes() - 1 - k); }

    /** True if the operand has an element for each of the walk, in its order. */
    private boolean isFull(int operand) {
        long dense = 1;
        for (int k = 0; k < axes(); k++) {
            if (axis(k).count() > 1 && axis(k).stride(operand) != dense) return false;
            dense *= axis(k).count();
        }
        return true;
    }

    /** True if vectors can be read: they do not reach beyond an axis, and lie at multiples of their size. */
    private boolean isWide() {
        if (axes() > 1 && axis(0).count() % LANES != 0) return false;
        return IntStream.range(0, operands.size()).allMatch(this::takesVectors);
    }

    private boolean takesVectors(int operand) {
        long stride = axis(0).stride(operand);
        if (stride == 0) return true;
        Operand o = operands.get(operand);
        boolean aligned = o.address() % Math.min(LANES * o.dtype().bytes, ACCESS) == 0;
        return stride == 1 && aligned && outer().allMatch(k -> axis(k).stride(operand) % LANES == 0);
    }

    private static int element(DType dtype) {
        return switch (dtype) {
            case F32 -> 0;
            case BF16 -> 1;
            case U8 -> 2;
            case F16, I32 -> throw new IllegalStateException("a chain of " + dtype.label());
        };
    }
}
