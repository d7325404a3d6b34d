package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gabor.cpu.emit.JavaEmitter;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Nests larger than a tile, on small integers, whose sums are exact, against a walk of the loops as they are written. */
class NestTest {
    private static final long F = Float.BYTES;

    private final Random random = new Random(5);
    private final OffHeap a = OffHeap.allocate(F * 300_000, "A"), b = OffHeap.allocate(F * 300_000, "B"),
            c = OffHeap.allocate(F * 300_000, "C"), bias = OffHeap.allocate(F * 3_000, "bias");

    NestTest() {
        for (OffHeap operand : List.of(a, b, bias)) {
            MemorySegment m = Memory.segment(operand.address(), operand.bytes());
            for (long i = 0; i < operand.bytes() / F; i++) m.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextInt(7) - 3);
        }
    }

    @AfterEach
    void free() { List.of(a, b, c, bias).forEach(OffHeap::free); }

    static Stream<Arguments> shapes() {
        var shapes = new ArrayList<Arguments>();
        for (int rows : new int[] {1, 31, 33, 70})
            for (int columns : new int[] {1, 15, 512, 1100})
                for (int terms : new int[] {1, 7, 8, 9, 50}) shapes.add(Arguments.of(rows, columns, terms));
        return shapes.stream();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aProductOfAnySizeWithEitherBias(int rows, int columns, int terms) {
        var row = new Loop(rows, F * terms, 0, F * columns);
        var column = new Loop(columns, 0, F, F);
        var sum = new Loop(terms, F, F * columns);
        for (Bias kind : Bias.values())
            for (Activation f : new @Nullable Activation[] {null, new Activation.Relu()}) check(new Nest(a.address(), b.address(),
                    c.address(), List.of(row), List.of(column), List.of(sum), List.of(),
                    new Epilogue(kind, bias.address(), List.of(), f)));
    }

    @Test
    void aTransposedOperandIsGathered() {
        check(nest(new Loop(40, F, 0, F * 200), List.of(new Loop(200, 0, F * 30, F)), List.of(new Loop(30, F * 40, F))));
    }

    @Test
    void scatteredColumns() {
        var columns = List.of(new Loop(5, 0, F * 100, F * 900), new Loop(9, 0, F * 2, F * 32), new Loop(16, 0, F, F));
        check(nest(new Loop(3, F * 6, 0, F * 5000), columns, List.of(new Loop(2, F * 3, F * 700), new Loop(3, F, -F))));
    }

    @Test
    void aSumLongerThanTheTableOfOffsets() {
        for (int terms : new int[] {4096, 4097, 8194, 25_088})
            check(nest(new Loop(2, F * terms, 0, F * 20), List.of(new Loop(5, 0, F, F)), List.of(new Loop(terms, F, F * 5))));
        check(nest(new Loop(2, F * 9000, 0, F * 20), List.of(new Loop(20, 0, F, F)),
                List.of(new Loop(1000, F * 9, F * 180), new Loop(9, F, F * 20))));
    }

    @Test
    void anEmptySumIsZero() {
        check(nest(new Loop(3, 0, 0, F * 20), List.of(new Loop(20, 0, F, F)), List.of()));
    }

    @Test
    void outerLoopsRepeatIt() {
        var outer = List.of(new Loop(3, F * 1000, 0, F * 9000), new Loop(4, 0, F * 500, F * 2000));
        check(new Nest(a.address(), b.address(), c.address(), List.of(new Loop(35, F * 11, 0, F * 40)),
                List.of(new Loop(40, 0, F, F)), List.of(new Loop(11, F, F * 40)), outer, Epilogue.NONE));
    }

    @Test
    void theBiasMovesOnWithTheOuterLoops() {
        var outer = List.of(new Loop(2, 0, 0, F * 1000), new Loop(3, F * 5, 0, F * 40 * 5));
        for (Bias kind : Bias.values())
            check(new Nest(a.address(), b.address(), c.address(), List.of(new Loop(5, F, 0, F * 40)),
                    List.of(new Loop(40, 0, F, F)), List.of(new Loop(4, F * 9, F * 40)), outer,
                    new Epilogue(kind, bias.address(), List.of(F * 3, F * 5), null)));
    }

    @Test
    void rowsInSeveralLoops() {
        var rows = List.of(new Loop(7, F * 50, 0, F * 9000), new Loop(9, F * 3, 0, F * 40));
        check(new Nest(a.address(), b.address(), c.address(), rows, List.of(new Loop(33, 0, F, F)),
                List.of(new Loop(2, F * 900, F * 80), new Loop(5, F, F * 33)), List.of(new Loop(2, F, F * 7, F * 500)),
                new Epilogue(Bias.ROW, bias.address(), List.of(F), null)));
    }

    @Test
    void whatIsAddedAndWhatLetsThroughLiesBesideC() {
        var rows = List.of(new Loop(6, F * 50, 0, F * 3000), new Loop(9, F * 3, 0, F * 40));
        var columns = List.of(new Loop(2, 0, F * 70, F * 20), new Loop(17, 0, F, F));
        var outer = List.of(new Loop(2, F, F * 7, F * 500));
        var addend = new Beside(a.address() + F * 5, List.of(F * 1000, F * 33), List.of(F * 17, F), List.of(F * 20_000));
        var gate = new Beside(b.address(), List.of(F * 700, F * 70), List.of(F * 30, F), List.of(F * 30_000));
        for (Beside added : new @Nullable Beside[] {null, addend})
            for (Beside gating : new @Nullable Beside[] {null, gate})
                check(new Nest(a.address(), b.address(), c.address(), rows, columns, List.of(new Loop(5, F, F * 33)), outer,
                        new Epilogue(Bias.ROW, bias.address(), List.of(F), null, added, gating)));
    }

    @Test
    void outerTurnsThatLieSideBySideAreOneVector() {
        var columns = List.of(new Loop(1, 0, 0, 0));
        var sum = List.of(new Loop(3, F * 4000, F * 2200), new Loop(2, F * 700, F * 700));
        var beside = new Beside(a.address() + F * 9, List.of(F * 720), List.of(0L), List.of(F * 29_000, F));
        for (int channels : new int[] {2, 16, 700}) {
            var outer = List.of(new Loop(2, F * 20_000, 0, F * 40_000), new Loop(channels, F, F, F));
            for (int rows : new int[] {1, 5, 40})
                for (Bias kind : List.of(Bias.NONE, Bias.COLUMN)) {
                    var row = List.of(new Loop(rows, F * 3, 0, F * 710));
                    var nest = new Nest(a.address(), b.address(), c.address(), row, columns,
                            sum, outer, new Epilogue(kind, bias.address(), List.of(0L, F), new Activation.Relu(),
                                    beside, beside));
                    assertThat(nest.lanewise()).isTrue();
                    check(nest);
                }
        }
    }

    private Nest nest(Loop rows, List<Loop> columns, List<Loop> reduction) {
        // B starts inside, since its steps may be negative
        return new Nest(a.address(), b.address() + F * 1000, c.address(), List.of(rows), columns, reduction, List.of(),
                Epilogue.NONE);
    }

    private void check(Nest nest) {
        MemorySegment result = Memory.segment(c.address(), c.bytes());
        result.fill((byte) -1);
        try (var workers = new Workers(2)) {
            workers.run(JavaEmitter.emit(nest));
        }
        for (Turn o : turns(nest.outer())) {
            List<Long> steps = nest.epilogue().steps();
            long bias = nest.epilogue().bias() + (steps.isEmpty() ? 0 : moved(nest.outer(), steps, o.number));
            for (Turn row : turns(nest.rows())) {
                int j = 0, m = row.number;
                for (Turn column : turns(nest.columns())) {
                    double sum = nest.reduction().isEmpty() ? 0 : sum(nest, o, row, column);
                    sum += switch (nest.epilogue().kind()) {
                        case NONE -> 0;
                        case ROW -> read(bias + F * m);
                        case COLUMN -> read(bias + F * j);
                    };
                    sum += beside(nest, nest.epilogue().addend(), o, row, column, 0);
                    if (nest.epilogue().activation() != null) sum = Math.max(sum, 0);
                    if (beside(nest, nest.epilogue().gate(), o, row, column, 1) <= 0) sum = 0;
                    long at = nest.c() + o.c + row.c + column.c;
                    assertThat((double) read(at)).as("row %d, column %d of %s", m, j++, nest).isEqualTo(sum);
                    result.set(ValueLayout.JAVA_INT, at - c.address(), -1);
                }
            }
        }
        for (long i = 0; i < c.bytes(); i += F)
            if (result.get(ValueLayout.JAVA_INT, i) != -1) throw new AssertionError(nest + " wrote at " + i);
    }

    private static double sum(Nest nest, Turn o, Turn row, Turn column) {
        double sum = 0;
        for (Turn t : turns(nest.reduction()))
            sum += (double) read(nest.a() + o.a + row.a + t.a) * read(nest.b() + o.b + t.b + column.b);
        return sum;
    }

    /** What a value like C has there, or {@code otherwise} if there is no such value. */
    private static float beside(Nest nest, @Nullable Beside x, Turn o, Turn row, Turn column, float otherwise) {
        if (x == null) return otherwise;
        return read(x.address() + moved(nest.outer(), x.outer(), o.number) + moved(nest.rows(), x.rows(), row.number)
                + moved(nest.columns(), x.columns(), column.number));
    }

    private static long moved(List<Loop> loops, List<Long> steps, int turn) {
        long offset = 0;
        for (int i = loops.size() - 1; i >= 0; i--) {
            offset += turn % loops.get(i).count() * steps.get(i);
            turn /= loops.get(i).count();
        }
        return offset;
    }

    private static float read(long address) { return Memory.segment(address, F).get(ValueLayout.JAVA_FLOAT, 0); }

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
}
