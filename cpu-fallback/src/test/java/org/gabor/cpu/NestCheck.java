package org.gabor.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.gabor.cpu.assemble.AssembledEmitter;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.JavaEmitter;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.emit.Program;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.junit.jupiter.api.Named;

/**
 * Runs nests on small integers, whose sums are exact, and compares C with a walk of the loops as they are written. What
 * a nest has no business to read is NaN, what it has no business to write must stay as it was.
 */
final class NestCheck implements AutoCloseable {
    static final long F = Float.BYTES;
    /** Elements that lie before the addresses a, b and c, so that steps may be negative. */
    private static final int BEFORE = 3000;
    private static final int ELEMENTS = 400_000;

    private final Emitter emitter;
    private final OffHeap operandA = OffHeap.allocate(F * ELEMENTS, "A");
    private final OffHeap operandB = OffHeap.allocate(F * ELEMENTS, "B");
    private final OffHeap result = OffHeap.allocate(F * ELEMENTS, "C");
    private final OffHeap operandBias = OffHeap.allocate(F * ELEMENTS, "bias");
    final long a = operandA.address() + F * BEFORE;
    final long b = operandB.address() + F * BEFORE;
    final long c = result.address() + F * BEFORE;
    final long bias = operandBias.address() + F * BEFORE;

    NestCheck(Emitter emitter) {
        this.emitter = emitter;
    }

    /** All emitters that this machine has. */
    static Stream<Named<Emitter>> emitters() {
        var all = new ArrayList<Emitter>(List.of(new JavaEmitter()));
        for (String isa : List.of("avx2", "avx512")) {
            try {
                all.add(AssembledEmitter.create(isa));
            } catch (UnsupportedOperationException e) {
                continue;
            }
        }
        return all.stream().map(e -> Named.of(e.label(), e));
    }

    void check(Nest nest) {
        List<Turn> outer = turns(nest.outer()), rows = turns(nest.rows()), columns = turns(nest.columns());
        List<Turn> terms = nest.reduction().isEmpty() ? List.of() : turns(nest.reduction());
        var readA = new BitSet(ELEMENTS);
        var readB = new BitSet(ELEMENTS);
        var readBias = new BitSet(ELEMENTS);
        for (Turn o : outer) {
            for (Turn t : terms) {
                for (Turn row : rows) readA.set(index(operandA, nest.a() + o.a + row.a + t.a));
                for (Turn column : columns) readB.set(index(operandB, nest.b() + o.b + column.b + t.b));
            }
            int biases = switch (nest.epilogue().kind()) {
                case NONE -> 0;
                case ROW -> rows.size();
                case COLUMN -> columns.size();
            };
            if (biases > 0) {
                int first = index(operandBias, bias(nest, o));
                readBias.set(first, first + biases);
            }
        }
        fill(operandA, readA);
        fill(operandB, readB);
        fill(operandBias, readBias);
        MemorySegment written = Memory.segment(result.address(), result.bytes());
        written.fill((byte) -1);

        try (var workers = new Workers(2); Program program = emitter.emit(List.of(nest))) {
            program.kernels().forEach(workers::run);
        }
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
                    if (nest.epilogue().activation() != null) sum = Math.max(sum, 0);
                    long at = nest.c() + o.c + row.c + column.c;
                    if (read(at) != sum)
                        throw new AssertionError("outer %d, row %d, column %d: expected %s, got %s in %s"
                                .formatted(o.number, row.number, column.number, sum, read(at), nest));
                    written.set(ValueLayout.JAVA_INT, at - result.address(), -1);
                }
            }
        }
        for (long i = 0; i < result.bytes(); i += F)
            if (written.get(ValueLayout.JAVA_INT, i) != -1) throw new AssertionError(nest + " wrote at " + i);
    }

    private static int index(OffHeap operand, long address) { return Math.toIntExact((address - operand.address()) / F); }

    /** Integers from -3 to 3 where something is read, NaN elsewhere. */
    private static void fill(OffHeap operand, BitSet read) {
        MemorySegment m = Memory.segment(operand.address(), operand.bytes());
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
    public void close() { List.of(operandA, operandB, result, operandBias).forEach(OffHeap::free); }
}
