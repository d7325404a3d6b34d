package org.gabor.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.emit.Pages;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;

/**
 * Runs nests on small integers, whose sums are exact, and compares C with a walk of the loops as they are written. What a
 * nest has no business to read is NaN, what it has no business to write must stay as it was, and behind the last element of
 * each operand there is no memory at all.
 */
final class NestCheck implements AutoCloseable {
    static final long F = Float.BYTES;
    /** Elements that lie before the addresses a, b and c, so that steps may be negative. */
    private static final int BEFORE = 3000;
    private static final int ELEMENTS = 400 * 1024;

    private final Emitter emitter;
    private final long operandA = map();
    private final long operandB = map();
    private final long result = map();
    private final long operandBias = map();
    private final long likeC = map();
    final long a = operandA + F * BEFORE;
    final long b = operandB + F * BEFORE;
    final long c = result + F * BEFORE;
    final long bias = operandBias + F * BEFORE;
    /** Where an addend or a gate can be: integers all over. */
    final long beside = likeC + F * BEFORE;

    NestCheck(Emitter emitter) {
        this.emitter = emitter;
        var all = new BitSet(ELEMENTS);
        all.set(0, ELEMENTS);
        fill(likeC, all);
    }

    /** All emitters that this machine has. */
    static Stream<Named<Emitter>> emitters() { return Emitters.all().map(e -> Named.of(e.label(), e)); }

    /** Whole pages with nothing behind them. */
    private static long map() {
        long at = Pages.map(F * ELEMENTS + Pages.SMALL);
        Pages.unmap(at + F * ELEMENTS, Pages.SMALL);
        return at;
    }

    void check(Nest given) {
        Nest nest = atTheEnd(given);
        List<Turn> outer = turns(nest.outer()), rows = turns(nest.rows()), columns = turns(nest.columns());
        List<Turn> terms = terms(nest);
        var use = new Use(nest);
        fill(operandA, use.a);
        fill(operandB, use.b);
        fill(operandBias, use.bias);
        MemorySegment written = Memory.segment(result, F * ELEMENTS);
        written.fill((byte) -1);

        Emitters.run(emitter, nest);
        for (Turn o : outer) {
            for (Turn row : rows) {
                for (Turn column : columns) {
                    double sum = 0;
                    for (Turn t : terms)
                        sum += read(nest.a() + o.a + row.a + t.a) * read(nest.b() + o.b + t.b + column.b);
                    sum += switch (nest.epilogue().kind()) {
                        case NONE -> 0;
                        case ROW -> read(bias(nest, o) + F * row.number);
                        case COLUMN -> read(bias(nest, o) + F * column.number);
                    };
                    sum += beside(nest, nest.epilogue().addend(), o, row, column, 0);
                    double expected = activated(nest.epilogue().activation(), sum);
                    if (beside(nest, nest.epilogue().gate(), o, row, column, 1) <= 0) expected = 0;
                    long at = nest.c() + o.c + row.c + column.c;
                    if (Math.abs(read(at) - expected) > (expected == Math.rint(expected) ? 0 : Math.ulp((float) expected)))
                        throw new AssertionError("outer %d, row %d, column %d: expected %s, got %s in %s"
                                .formatted(o.number, row.number, column.number, expected, read(at), nest));
                    written.set(ValueLayout.JAVA_INT, at - result, -1);
                }
            }
        }
        for (long i = 0; i < F * ELEMENTS; i += F)
            if (written.get(ValueLayout.JAVA_INT, i) != -1) throw new AssertionError(nest + " wrote at " + i);
    }

    private static double activated(@Nullable Activation f, double sum) {
        return switch (f) {
            case null -> sum;
            case Activation.Relu _ -> Math.max(sum, 0);
            case Activation.Tanh _ -> Math.tanh(sum);
            default -> throw new IllegalArgumentException(f.label());
        };
    }

    private static List<Turn> terms(Nest nest) { return nest.reduction().isEmpty() ? List.of() : turns(nest.reduction()); }

    /** The same nest, moved so that the last element of each operand is the last one that there is. */
    private Nest atTheEnd(Nest nest) {
        var use = new Use(nest);
        Epilogue e = nest.epilogue();
        return new Nest(nest.a() + left(use.a), nest.b() + left(use.b), nest.c() + left(use.c), nest.rows(), nest.columns(),
                nest.reduction(), nest.outer(), new Epilogue(e.kind(), e.bias() + left(use.bias), e.steps(), e.activation(),
                        e.addend(), e.gate()));
    }

    private static long left(BitSet used) { return used.isEmpty() ? 0 : F * (ELEMENTS - used.length()); }

    /** The elements that a nest reads and writes. */
    private final class Use {
        private final BitSet a = new BitSet(ELEMENTS);
        private final BitSet b = new BitSet(ELEMENTS);
        private final BitSet c = new BitSet(ELEMENTS);
        private final BitSet bias = new BitSet(ELEMENTS);

        Use(Nest nest) {
            List<Turn> rows = turns(nest.rows()), columns = turns(nest.columns()), terms = terms(nest);
            for (Turn o : turns(nest.outer())) {
                for (Turn t : terms) {
                    for (Turn row : rows) a.set(index(operandA, nest.a() + o.a + row.a + t.a));
                    for (Turn column : columns) b.set(index(operandB, nest.b() + o.b + column.b + t.b));
                }
                for (Turn row : rows)
                    for (Turn column : columns) c.set(index(result, nest.c() + o.c + row.c + column.c));
                int biases = switch (nest.epilogue().kind()) {
                    case NONE -> 0;
                    case ROW -> rows.size();
                    case COLUMN -> columns.size();
                };
                int first = biases == 0 ? 0 : index(operandBias, bias(nest, o));
                bias.set(first, first + biases);
            }
        }

        private static int index(long operand, long address) { return Math.toIntExact((address - operand) / F); }
    }

    /** What a value like C has there, or {@code otherwise} if there is no such value. */
    private static double beside(Nest nest, @Nullable Beside x, Turn o, Turn row, Turn column, double otherwise) {
        return x == null ? otherwise : read(x.address() + moved(nest.outer(), x.outer(), o.number)
                + moved(nest.rows(), x.rows(), row.number) + moved(nest.columns(), x.columns(), column.number));
    }

    private static long moved(List<Loop> loops, List<Long> steps, int turn) {
        long offset = 0;
        int rest = turn;
        for (int i = loops.size() - 1; i >= 0; i--) {
            offset += rest % loops.get(i).count() * steps.get(i);
            rest /= loops.get(i).count();
        }
        return offset;
    }

    /** Integers from -3 to 3 where something is read, NaN elsewhere. */
    private static void fill(long operand, BitSet read) {
        MemorySegment m = Memory.segment(operand, F * ELEMENTS);
        for (int i = 0; i < ELEMENTS; i++)
            m.setAtIndex(ValueLayout.JAVA_FLOAT, i, read.get(i) ? (i * 0x9E3779B9 >>> 8) % 7 - 3 : Float.NaN);
    }

    private static double read(long address) { return Memory.segment(address, F).get(ValueLayout.JAVA_FLOAT, 0); }

    /** Where the bias of a turn of the outer loops lies. */
    private static long bias(Nest nest, Turn outer) {
        long bias = nest.epilogue().bias();
        int rest = outer.number;
        for (int i = nest.outer().size() - 1; i >= 0; i--) {
            bias += rest % nest.outer().get(i).count() * nest.epilogue().step(i);
            rest /= nest.outer().get(i).count();
        }
        return bias;
    }

    /** Offsets of a turn of several loops, and which turn it is. */
    private record Turn(long a, long b, long c, int number) {}

    private static List<Turn> turns(List<Loop> loops) {
        List<Turn> turns = List.of(new Turn(0, 0, 0, 0));
        for (Loop l : loops) {
            var next = new ArrayList<Turn>();
            for (Turn t : turns)
                for (int i = 0; i < l.count(); i++)
                    next.add(new Turn(t.a + i * l.a(), t.b + i * l.b(), t.c + i * l.c(), next.size()));
            turns = next;
        }
        return turns;
    }

    @Override
    public void close() {
        for (long operand : new long[] {operandA, operandB, result, operandBias, likeC}) Pages.unmap(operand, F * ELEMENTS);
    }
}
