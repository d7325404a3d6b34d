package org.gabor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gabor.cuda.Accumulator.Coded;
import org.gabor.cuda.Code.Instruction;
import org.gabor.cuda.Code.Op;
import org.gabor.cuda.Code.Value;
import org.junit.jupiter.api.Test;

/** The machine with one accumulator stores what the code that it was made of says. */
class AccumulatorTest {
    private static final int OPERANDS = 5;
    private static final List<Op> OF_TWO = List.of(Op.ADD, Op.SUB, Op.MUL, Op.TANH_SLOPE);

    @Test
    void storesTheSame() {
        for (int seed = 0; seed < 5000; seed++) {
            List<Instruction> code = random(new Random(seed));
            assertThat(run(new Accumulator(code).code())).as("seed %d: %s", seed, code).isEqualTo(evaluate(code));
        }
    }

    @Test
    void aChainNeedsNoRegisters() {
        var x = new Value.Memory(0);
        var sum = new Instruction(Op.ADD, x, new Value.Memory(1), 0, 0, 0);
        var relu = new Instruction(Op.RELU, new Value.Computed(0), null, 0, 0, 0);
        var store = new Instruction(Op.STORE, new Value.Computed(1), null, 0, 0, 2);
        assertThat(new Accumulator(List.of(sum, relu, store)).code()).extracting(Coded::op).containsExactly(Op.LOAD, Op.ADD,
                Op.RELU, Op.STORE);
    }

    @Test
    void registersAreUsedAgain() {
        var code = new ArrayList<Instruction>();
        code.add(new Instruction(Op.RELU, new Value.Memory(0), null, 0, 0, 0));
        for (int i = 0; i < 100; i++) {
            var last = new Value.Computed(code.size() - 1);
            code.add(new Instruction(Op.MUL, last, last, 0, 0, 0));
        }
        code.add(new Instruction(Op.STORE, new Value.Computed(100), null, 0, 0, 1));
        assertThat(new Accumulator(code).code()).filteredOn(c -> c.op() == Op.KEEP).hasSize(100).allMatch(c -> c.index() < 2);
    }

    private static List<Instruction> random(Random random) {
        var code = new ArrayList<Instruction>();
        var values = new ArrayList<Value>();
        for (int i = 0; i < OPERANDS; i++) values.add(new Value.Memory(i));
        values.add(new Value.Constant(0.75f));
        int length = 1 + random.nextInt(25), stored = 100;
        for (int i = 0; i < length; i++) {
            Value x = any(values, random), y = any(values, random);
            switch (random.nextInt(4)) {
                case 0 -> code.add(new Instruction(Op.RELU, x, null, 0, 0, 0));
                case 1 -> code.add(new Instruction(Op.STORE, x, null, 0, 0, stored++));
                default -> code.add(new Instruction(OF_TWO.get(random.nextInt(OF_TWO.size())), x, y, 0, 0, 0));
            }
            if (code.getLast().op() != Op.STORE) values.add(new Value.Computed(i));
        }
        return code;
    }

    /** Late values more often than early ones, as in a chain. */
    private static Value any(List<Value> values, Random random) {
        int back = random.nextBoolean() ? 1 + random.nextInt(2) : 1 + random.nextInt(values.size());
        return values.get(values.size() - Math.min(back, values.size()));
    }

    private static Map<Integer, Float> evaluate(List<Instruction> code) {
        var results = new ArrayList<Float>();
        var stored = new HashMap<Integer, Float>();
        for (Instruction i : code) {
            float x = value(i.x(), results), y = i.y() == null ? 0 : value(i.y(), results);
            if (i.op() == Op.STORE) stored.put(i.index(), x);
            results.add(compute(i.op(), x, y));
        }
        return stored;
    }

    private static float value(Value v, List<Float> results) {
        return switch (v) {
            case Value.Memory m -> operand(m.operand());
            case Value.Constant n -> n.value();
            case Value.Computed c -> results.get(c.instruction());
        };
    }

    private static Map<Integer, Float> run(List<Coded> code) {
        var stored = new HashMap<Integer, Float>();
        var registers = new float[100];
        float acc = Float.NaN;
        for (Coded c : code) {
            float second = switch (c.source()) {
                case NONE -> Float.NaN;
                case OPERAND -> operand(c.index());
                case REGISTER -> registers[c.index()];
                case NUMBER -> c.a();
            };
            float x = c.swapped() ? second : acc, y = c.swapped() ? acc : second;
            switch (c.op()) {
                case STORE -> stored.put(c.index(), acc);
                case KEEP -> registers[c.index()] = acc;
                case LOAD -> acc = second;
                default -> acc = compute(c.op(), x, y);
            }
        }
        return stored;
    }

    private static float operand(int number) { return 0.5f - number; }

    private static float compute(Op op, float x, float y) {
        return switch (op) {
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case RELU -> Math.max(x, 0);
            case TANH_SLOPE -> y * (1 - x * x);
            default -> x;
        };
    }
}
