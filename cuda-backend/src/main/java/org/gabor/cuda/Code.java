package org.gabor.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.graph.Activation;
import org.gabor.graph.DType;
import org.gabor.graph.Pointwise.Dropout;
import org.jspecify.annotations.Nullable;

/**
 * Writes the code of a pointwise kernel: elementwise operations over all elements of one shape. What computes a value
 * returns it; {@link Program} makes of it what the kernel runs.
 */
final class Code {
    /** Operations, in the order in which pointwise.cu numbers them. */
    enum Op {
        LOAD, STORE, KEEP, ADD, SUB, MUL, MIN, MAX, DROP,
        RELU, TANH, SIGMOID, LEAKY_RELU, RELU6, ELU, HARD_SIGMOID, HARD_SWISH, SILU, GELU, GELU_TANH, AFFINE, RECIPROCAL,
        RELU_SLOPE, TANH_SLOPE, SIGMOID_SLOPE, LEAKY_RELU_SLOPE, RELU6_SLOPE, ELU_SLOPE, HARD_SIGMOID_SLOPE,
        HARD_SWISH_SLOPE, SILU_SLOPE, GELU_SLOPE, GELU_TANH_SLOPE, AFFINE_SLOPE, RECIPROCAL_SLOPE;

        /** The derivative of a function. */
        private Op slope() { return values()[ordinal() + RELU_SLOPE.ordinal() - RELU.ordinal()]; }
    }

    /** What an instruction takes. */
    sealed interface Value {
        /** An operand, by its number. */
        record Memory(int operand) implements Value {}

        /** A number. */
        record Number(float value) implements Value {}

        /** What an instruction computed, by its place in the code. */
        record Computed(int instruction) implements Value {}
    }

    /**
     * An operand in memory.
     *
     * @param address of its first element
     * @param dtype its elements
     * @param strides elements from neighbour to neighbour along each axis of the walk, 0 where one serves all
     */
    record Operand(long address, DType dtype, List<Long> strides) {
        Operand {
            strides = List.copyOf(strides);
        }
    }

    /** Which elements a dropout drops, and where the numbers lie that say so. */
    record Draw(Dropout op, long seed, long step, long epoch) {}

    /**
     * An operation.
     *
     * @param x its first argument; what STORE stores
     * @param y its second argument
     * @param a a number of the operation
     * @param b another
     * @param index the operand of STORE, the draw of DROP
     */
    record Instruction(Op op, Value x, @Nullable Value y, double a, double b, int index) {}

    /** The operation that computes a function, and the numbers that belong to it. */
    private record Function(Op op, double a, double b) {}

    private final List<Integer> order;
    private final List<Long> dims;
    private final int channels;
    private final List<Operand> operands = new ArrayList<>();
    private final List<Draw> draws = new ArrayList<>();
    private final List<Instruction> instructions = new ArrayList<>();

    /** Code for all elements of a value's shape, in the order in which they lie. */
    Code(Stored like) {
        this.order = Walk.order(like);
        this.dims = order.stream().map(i -> (long) like.shape().dim(i)).toList();
        this.channels = like.channelsLast() ? like.shape().c() : 1;
    }

    /** Code for so many elements in a row. */
    Code(long count) {
        this.order = List.of(0);
        this.dims = List.of(count);
        this.channels = 1;
    }

    /** A value of the code's shape, or one whose dimensions of 1 serve all. */
    Value.Memory operand(Stored x) {
        long[] strides = x.strides();
        return operand(x.address(), x.dtype(), order.stream().map(i -> x.shape().dim(i) == 1 ? 0 : strides[i]).toList());
    }

    /** Floats in a row, one for every element. */
    Value.Memory row(long address) { return operand(address, DType.F32, List.of(1L)); }

    /** A value a channel, from a dense row of them. */
    Value.Memory channel(long row, DType dtype) {
        return operand(row, dtype, order.stream().map(i -> i == 1 ? 1L : 0).toList());
    }

    /** One element for all. */
    Value.Memory single(long address, DType dtype) {
        return operand(address, dtype, order.stream().map(_ -> 0L).toList());
    }

    private Value.Memory operand(long address, DType dtype, List<Long> strides) {
        var operand = new Operand(address, dtype, strides);
        if (!operands.contains(operand)) operands.add(operand);
        return new Value.Memory(operands.indexOf(operand));
    }

    /** y = f(x). */
    Value apply(Activation f, Value x) {
        Function of = function(f);
        return add(new Instruction(of.op, x, null, of.a, of.b, 0));
    }

    /** f'(v) dy, v being what the derivative of f is written in terms of. */
    Value slope(Activation f, Value v, Value dy) {
        Function of = function(f);
        return add(new Instruction(of.op.slope(), variable(v), variable(dy), of.a, of.b, 0));
    }

    /** x with elements dropped and the others enlarged. */
    Value drop(Value x, Draw draw) {
        draws.add(draw);
        return add(new Instruction(Op.DROP, x, null, 1 / (1 - draw.op.rate()), 0, draws.size() - 1));
    }

    Value plus(Value x, Value y) { return combine(Op.ADD, x, y); }

    Value minus(Value x, Value y) { return combine(Op.SUB, x, y); }

    Value times(Value x, Value y) { return combine(Op.MUL, x, y); }

    Value times(Value x, double factor) { return combine(Op.MUL, x, new Value.Number((float) factor)); }

    Value atMost(Value x, double high) { return combine(Op.MIN, x, new Value.Number((float) high)); }

    Value atLeast(Value x, double low) { return combine(Op.MAX, x, new Value.Number((float) low)); }

    private Value combine(Op op, Value x, Value y) { return add(new Instruction(op, x, y, 0, 0, 0)); }

    /** Writes a value, rounded to the operand's type. */
    void store(Value x, Value.Memory to) { add(new Instruction(Op.STORE, variable(x), null, 0, 0, to.operand())); }

    /** A number as something computed: an instruction with numbers of its own has no place for another. */
    private Value variable(Value x) {
        return x instanceof Value.Number ? add(new Instruction(Op.LOAD, x, null, 0, 0, 0)) : x;
    }

    private Value add(Instruction i) {
        instructions.add(i);
        return new Value.Computed(instructions.size() - 1);
    }

    private static Function function(Activation f) {
        return switch (f) {
            case Activation.Relu _ -> new Function(Op.RELU, 0, 0);
            case Activation.Tanh _ -> new Function(Op.TANH, 0, 0);
            case Activation.Sigmoid _ -> new Function(Op.SIGMOID, 0, 0);
            case Activation.LeakyRelu l -> new Function(Op.LEAKY_RELU, l.slope(), 0);
            case Activation.Relu6 _ -> new Function(Op.RELU6, 0, 0);
            case Activation.Elu e -> new Function(Op.ELU, e.alpha(), 0);
            case Activation.HardSigmoid _ -> new Function(Op.HARD_SIGMOID, 0, 0);
            case Activation.HardSwish _ -> new Function(Op.HARD_SWISH, 0, 0);
            case Activation.Silu _ -> new Function(Op.SILU, 0, 0);
            case Activation.Gelu _ -> new Function(Op.GELU, 0, 0);
            case Activation.GeluTanh _ -> new Function(Op.GELU_TANH, 0, 0);
            case Activation.Affine a -> new Function(Op.AFFINE, a.scale(), a.shift());
            case Activation.Reciprocal _ -> new Function(Op.RECIPROCAL, 0, 0);
        };
    }

    /** True if one kernel can run it all. */
    boolean fits() { return program().fits(); }

    /** The kernel; {@code guard} is the address of a number that stops it if it is not 0, or 0 for none. */
    Launch launch(long guard) { return program().launch(guard); }

    private Program program() {
        List<Walk.Axis> axes = IntStream.range(0, dims.size())
                .mapToObj(k -> new Walk.Axis(dims.get(k), operands.stream().map(o -> o.strides().get(k)).toList())).toList();
        long image = dims.size() == 4 ? dims.get(1) * dims.get(2) * dims.get(3) : 1;
        return new Program(Walk.of(axes, operands.size()), operands, draws, channels, image, new Accumulator(instructions).code());
    }
}
