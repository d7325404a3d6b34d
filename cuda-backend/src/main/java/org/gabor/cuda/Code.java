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
    /** Operations, numbered as in pointwise.cu. */
    enum Op {
        LOAD(0), STORE(1), KEEP(2), ADD(3), SUB(4), MUL(5), MIN(6), MAX(7), DROP(8),
        RELU(9), TANH(10), SIGMOID(11), LEAKY_RELU(12), RELU6(13), ELU(14), HARD_SIGMOID(15), HARD_SWISH(16), SILU(17),
        GELU(18), GELU_TANH(19), AFFINE(20), RECIPROCAL(21),
        RELU_SLOPE(22), TANH_SLOPE(23), SIGMOID_SLOPE(24), LEAKY_RELU_SLOPE(25), RELU6_SLOPE(26), ELU_SLOPE(27),
        HARD_SIGMOID_SLOPE(28), HARD_SWISH_SLOPE(29), SILU_SLOPE(30), GELU_SLOPE(31), GELU_TANH_SLOPE(32), AFFINE_SLOPE(33),
        RECIPROCAL_SLOPE(34);

        final int number;

        Op(int number) {
            this.number = number;
        }
    }

    /** What an instruction takes. */
    sealed interface Value {
        /** An operand, by its number. */
        record Memory(int operand) implements Value {}

        /** A number. */
        record Constant(float value) implements Value {}

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

    /** The operations that compute a function and its derivative, and the numbers that belong to both. */
    private record Function(Op value, Op slope, double a, double b) {
        Function(Op value, Op slope) {
            this(value, slope, 0, 0);
        }
    }

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
        return add(new Instruction(of.value, x, null, of.a, of.b, 0));
    }

    /** f'(v) dy, v being what the derivative of f is written in terms of. */
    Value slope(Activation f, Value v, Value dy) {
        Function of = function(f);
        return add(new Instruction(of.slope, variable(v), variable(dy), of.a, of.b, 0));
    }

    /** x with elements dropped and the others enlarged. */
    Value drop(Value x, Draw draw) {
        draws.add(draw);
        return add(new Instruction(Op.DROP, x, null, 1 / (1 - draw.op.rate()), 0, draws.size() - 1));
    }

    Value plus(Value x, Value y) { return combine(Op.ADD, x, y); }

    Value minus(Value x, Value y) { return combine(Op.SUB, x, y); }

    Value times(Value x, Value y) { return combine(Op.MUL, x, y); }

    Value times(Value x, double factor) { return combine(Op.MUL, x, new Value.Constant((float) factor)); }

    Value atMost(Value x, double high) { return combine(Op.MIN, x, new Value.Constant((float) high)); }

    Value atLeast(Value x, double low) { return combine(Op.MAX, x, new Value.Constant((float) low)); }

    private Value combine(Op op, Value x, Value y) { return add(new Instruction(op, x, y, 0, 0, 0)); }

    /** Writes a value, rounded to the operand's type. */
    void store(Value x, Value.Memory to) { add(new Instruction(Op.STORE, variable(x), null, 0, 0, to.operand())); }

    /** A number as something computed: an instruction with numbers of its own has no place for another. */
    private Value variable(Value x) {
        return x instanceof Value.Constant ? add(new Instruction(Op.LOAD, x, null, 0, 0, 0)) : x;
    }

    private Value add(Instruction i) {
        instructions.add(i);
        return new Value.Computed(instructions.size() - 1);
    }

    private static Function function(Activation f) {
        return switch (f) {
            case Activation.Relu _ -> new Function(Op.RELU, Op.RELU_SLOPE);
            case Activation.Tanh _ -> new Function(Op.TANH, Op.TANH_SLOPE);
            case Activation.Sigmoid _ -> new Function(Op.SIGMOID, Op.SIGMOID_SLOPE);
            case Activation.LeakyRelu l -> new Function(Op.LEAKY_RELU, Op.LEAKY_RELU_SLOPE, l.slope(), 0);
            case Activation.Relu6 _ -> new Function(Op.RELU6, Op.RELU6_SLOPE);
            case Activation.Elu e -> new Function(Op.ELU, Op.ELU_SLOPE, e.alpha(), 0);
            case Activation.HardSigmoid _ -> new Function(Op.HARD_SIGMOID, Op.HARD_SIGMOID_SLOPE);
            case Activation.HardSwish _ -> new Function(Op.HARD_SWISH, Op.HARD_SWISH_SLOPE);
            case Activation.Silu _ -> new Function(Op.SILU, Op.SILU_SLOPE);
            case Activation.Gelu _ -> new Function(Op.GELU, Op.GELU_SLOPE);
            case Activation.GeluTanh _ -> new Function(Op.GELU_TANH, Op.GELU_TANH_SLOPE);
            case Activation.Affine a -> new Function(Op.AFFINE, Op.AFFINE_SLOPE, a.scale(), a.shift());
            case Activation.Reciprocal _ -> new Function(Op.RECIPROCAL, Op.RECIPROCAL_SLOPE);
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
        return new Program(Walk.of(axes, operands.size()), operands, draws, channels, image,
                new Accumulator(instructions).code());
    }
}
