package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gabor.cpu.NestCheck.F;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Nests of every kind of loops, by every emitter. */
@ParameterizedClass
@MethodSource("org.gabor.cpu.NestCheck#emitters")
class NestTest {
    private final NestCheck nests;

    NestTest(Emitter emitter) {
        nests = new NestCheck(emitter);
    }

    @AfterEach
    void free() { nests.close(); }

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
            for (Activation f : new @Nullable Activation[] {null, new Activation.Relu()}) nests.check(new Nest(nests.a, nests.b,
                    nests.c, List.of(row), List.of(column), List.of(sum), List.of(),
                    new Epilogue(kind, nests.bias, List.of(), f)));
    }

    @Test
    void anActivationThatTakesRegisters() {
        var tanh = new Epilogue(Bias.COLUMN, nests.bias, List.of(), new Activation.Tanh());
        for (int columns : new int[] {1, 40, 130}) {
            var rows = List.of(new Loop(31, F * 20, 0, F * columns));
            var across = List.of(new Loop(columns, 0, F, F));
            nests.check(new Nest(nests.a, nests.b, nests.c, rows, across, List.of(new Loop(2, F, F * columns)), List.of(), tanh));
            var transposed = List.of(new Loop(columns, 0, F * 20, F));
            nests.check(new Nest(nests.a, nests.b, nests.c, rows, transposed, List.of(new Loop(20, F, F)), List.of(), tanh));
        }
    }

    @Test
    void aTransposedOperandIsGathered() {
        nests.check(nest(new Loop(40, F, 0, F * 200), List.of(new Loop(200, 0, F * 30, F)), List.of(new Loop(30, F * 40, F))));
    }

    @Test
    void scatteredColumns() {
        var columns = List.of(new Loop(5, 0, F * 100, F * 900), new Loop(9, 0, F * 2, F * 32), new Loop(16, 0, F, F));
        nests.check(nest(new Loop(3, F * 6, 0, F * 5000), columns, List.of(new Loop(2, F * 3, F * 700), new Loop(3, F, -F))));
    }

    @Test
    void aSumLongerThanTheTableOfOffsets() {
        var columns = List.of(new Loop(5, 0, F, F));
        for (int terms : new int[] {4096, 4097, 8194, 25_088})
            nests.check(nest(new Loop(2, F * terms, 0, F * 20), columns, List.of(new Loop(terms, F, F * 5))));
        nests.check(nest(new Loop(2, F * 9000, 0, F * 20), List.of(new Loop(20, 0, F, F)),
                List.of(new Loop(1000, F * 9, F * 180), new Loop(9, F, F * 20))));
    }

    @Test
    void anEmptySumIsZero() {
        nests.check(nest(new Loop(3, 0, 0, F * 20), List.of(new Loop(20, 0, F, F)), List.of()));
    }

    @Test
    void outerLoopsRepeatIt() {
        var outer = List.of(new Loop(3, F * 1000, 0, F * 9000), new Loop(4, 0, F * 500, F * 2000));
        nests.check(new Nest(nests.a, nests.b, nests.c, List.of(new Loop(35, F * 11, 0, F * 40)),
                List.of(new Loop(40, 0, F, F)), List.of(new Loop(11, F, F * 40)), outer, Epilogue.NONE));
    }

    @Test
    void theBiasMovesOnWithTheOuterLoops() {
        var outer = List.of(new Loop(2, 0, 0, F * 1000), new Loop(3, F * 5, 0, F * 40 * 5));
        for (Bias kind : Bias.values())
            nests.check(new Nest(nests.a, nests.b, nests.c, List.of(new Loop(5, F, 0, F * 40)),
                    List.of(new Loop(40, 0, F, F)), List.of(new Loop(4, F * 9, F * 40)), outer,
                    new Epilogue(kind, nests.bias, List.of(F * 3, F * 5), null)));
    }

    @Test
    void rowsInSeveralLoops() {
        var rows = List.of(new Loop(7, F * 50, 0, F * 9000), new Loop(9, F * 3, 0, F * 40));
        nests.check(new Nest(nests.a, nests.b, nests.c, rows, List.of(new Loop(33, 0, F, F)),
                List.of(new Loop(2, F * 900, F * 80), new Loop(5, F, F * 33)), List.of(new Loop(2, F, F * 7, F * 500)),
                new Epilogue(Bias.ROW, nests.bias, List.of(F), null)));
    }

    @Test
    void whatIsAddedAndWhatLetsThroughLiesBesideC() {
        var rows = List.of(new Loop(6, F * 50, 0, F * 3000), new Loop(9, F * 3, 0, F * 40));
        var columns = List.of(new Loop(2, 0, F * 70, F * 20), new Loop(17, 0, F, F));
        var outer = List.of(new Loop(2, F, F * 7, F * 500));
        var addend = new Beside(nests.beside + F * 5, List.of(F * 1000, F * 33), List.of(F * 17, F), List.of(F * 20_000));
        var gate = new Beside(nests.beside, List.of(F * 700, F * 70), List.of(F * 30, F), List.of(F * 30_000));
        for (Beside added : new @Nullable Beside[] {null, addend})
            for (Beside gating : new @Nullable Beside[] {null, gate})
                nests.check(new Nest(nests.a, nests.b, nests.c, rows, columns, List.of(new Loop(5, F, F * 33)), outer,
                        new Epilogue(Bias.ROW, nests.bias, List.of(F), null, added, gating)));
    }

    @Test
    void outerTurnsThatLieSideBySideAreOneVector() {
        var columns = List.of(new Loop(1, 0, 0, 0));
        var sum = List.of(new Loop(3, F * 4000, F * 2200), new Loop(2, F * 700, F * 700));
        var beside = new Beside(nests.beside + F * 9, List.of(F * 720), List.of(0L), List.of(F * 29_000, F));
        for (int channels : new int[] {2, 16, 700}) {
            var outer = List.of(new Loop(2, F * 20_000, 0, F * 40_000), new Loop(channels, F, F, F));
            for (int rows : new int[] {1, 5, 40})
                for (Bias kind : List.of(Bias.NONE, Bias.COLUMN)) {
                    var row = List.of(new Loop(rows, F * 3, 0, F * 710));
                    var nest = new Nest(nests.a, nests.b, nests.c, row, columns,
                            sum, outer, new Epilogue(kind, nests.bias, List.of(0L, F), new Activation.Relu(),
                                    beside, beside));
                    assertThat(nest.lanewise()).isTrue();
                    nests.check(nest);
                }
        }
    }

    private Nest nest(Loop rows, List<Loop> columns, List<Loop> reduction) {
        return new Nest(nests.a, nests.b, nests.c, List.of(rows), columns, reduction, List.of(), Epilogue.NONE);
    }
}
