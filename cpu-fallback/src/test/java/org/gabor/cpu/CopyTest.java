package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Loop;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Copies against a walk of their loops as they are written. */
class CopyTest {
    private static final int MEMORY = 1 << 21;

    static Stream<Arguments> walks() {
        List<List<Loop>> walks = List.of(
                // one element, runs of all lengths, one that is shared out
                List.of(), List.of(loop(1, 1, 1)), List.of(loop(3, 1, 1)), List.of(loop(16, 1, 1)), List.of(loop(61, 1, 1)),
                List.of(loop(100_003, 1, 1)), List.of(loop(5, 40, 70), loop(31, 1, 1)),
                List.of(loop(3, 5000, 1000), loop(7, 200, 100), loop(9, 20, 10), loop(5, 1, 1)),
                // images into rows of sixteen, and back; planes into pixels
                List.of(loop(16, 300, 1), loop(300, 1, 16)), List.of(loop(300, 16, 1), loop(13, 1, 300)),
                List.of(loop(2, 1500, 1500), loop(50, 1, 30), loop(30, 50, 1)),
                List.of(loop(2, 2700, 2700), loop(900, 1, 3), loop(3, 900, 1)),
                // filters k,c,r,s into panels k/32,r,s,c,32, and an incomplete panel
                List.of(loop(2, 32 * 99, 32 * 99), loop(9, 1, 32 * 11), loop(11, 9, 32), loop(32, 99, 1)),
                List.of(loop(25, 1, 32 * 3), loop(3, 25, 32), loop(6, 75, 1)),
                // too large for a block of work along each of the two directions
                List.of(loop(700, 1, 130), loop(130, 700, 1)), List.of(loop(17, 20_000, 1), loop(20_000, 1, 17)),
                List.of(loop(20_000, 1, 17), loop(17, 20_000, 1)), List.of(loop(2, 40_000, 80_000), loop(40_000, 1, 2)),
                // contiguous nowhere, or on one side only; a source that stands still or runs backwards
                List.of(loop(40, 100, 90), loop(30, 3, 2)), List.of(loop(40, 100, 30), loop(30, 3, 1)),
                List.of(loop(40, 0, 30), loop(30, 1, 1)), List.of(loop(40, 100, 31), loop(30, -2, 1)),
                List.of(loop(2, 7, 400), loop(2, 300, 201), loop(2, 90, 100), loop(2, 30, 50), loop(2, 15, 25), loop(3, 2, 7)));
        return Emitters.all().flatMap(e -> Stream.of(1, 4).flatMap(bytes -> walks.stream().map(w -> Arguments.of(e, bytes, w))));
    }

    @ParameterizedTest
    @MethodSource("walks")
    void everyElementArrivesAndNothingElseIsWritten(Emitter emitter, int bytes, List<Loop> walk) {
        var random = new Random(3);
        try (var source = Buffer.of(random.ints(MEMORY / Integer.BYTES).toArray()); var target = new Buffer(MEMORY)) {
            List<Loop> loops = walk.stream().map(l -> new Loop(l.count(), bytes * l.a(), bytes * l.b())).toList();
            byte[] expected = target.bytes();
            long middle = MEMORY / 4;
            move(source.bytes(), expected, loops, 0, middle, middle, bytes);
            Emitters.run(emitter, new Copy(source.address() + middle, target.address() + middle, loops, bytes));
            assertThat(Arrays.mismatch(target.bytes(), expected)).as("the first byte that is wrong").isEqualTo(-1);
        }
    }

    private static void move(byte[] source, byte[] target, List<Loop> loops, int depth, long from, long into, int bytes) {
        if (depth == loops.size()) {
            System.arraycopy(source, (int) from, target, (int) into, bytes);
            return;
        }
        Loop l = loops.get(depth);
        for (int i = 0; i < l.count(); i++) move(source, target, loops, depth + 1, from + i * l.a(), into + i * l.b(), bytes);
    }

    /** Steps in elements. */
    private static Loop loop(int count, long a, long b) { return new Loop(count, a, b); }
}
