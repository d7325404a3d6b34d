package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Sums;
import org.gabor.cpu.kernel.Sums.Kind;
import org.gabor.cpu.kernel.Totals;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums and their totals against a walk of the loops as they are written. */
class SumsTest {
    private static final int MEMORY = 1 << 17;
    private static final double FLOAT = 0x1.1p-24, DOUBLE = 1e-13;

    private final Random random = new Random(13);
    private final Buffer x = Buffer.normal(random, MEMORY), dy = Buffer.normal(random, MEMORY);

    /** Parts, units and what is summed; steps in elements. */
    record Walk(List<Loop> parts, List<Loop> units, List<Loop> summed) {}

    private static Walk walk(List<Loop> parts, List<Loop> units, List<Loop> summed) { return new Walk(parts, units, summed); }

    private static List<Loop> loops(Loop... loops) {
        return Stream.of(loops).map(l -> new Loop(l.count(), 4 * l.a(), 4 * l.b())).toList();
    }

    private static Loop loop(int count, long a, long b) { return new Loop(count, a, b); }

    static Stream<Arguments> walks() {
        var walks = new ArrayList<Walk>();
        // channels of images with halos, from one vector's part to several groups
        for (int c : new int[] {1, 3, 4, 8, 16, 21, 32, 64, 70, 128, 150})
            walks.add(walk(loops(loop(3, 100L * c, 81L * c)), loops(loop(c, 1, 1)),
                    loops(loop(8, 10L * c, 9L * c), loop(6, c, c))));
        // one part only, many units, nothing to add up, a long row of one unit
        walks.add(walk(List.of(), loops(loop(1000, 1, 1)), loops(loop(64, 1000, 1000))));
        walks.add(walk(List.of(), loops(loop(5, 1, 1)), List.of()));
        walks.add(walk(loops(loop(8, 2048, 2048)), loops(loop(512, 1, 1)), loops(loop(4, 512, 512))));
        // units that are not adjacent: rows of a matrix, pixels of a halo, single elements
        walks.add(walk(List.of(), loops(loop(33, 100, 101)), loops(loop(100, 1, 1))));
        walks.add(walk(loops(loop(2, 5000, 5000)), loops(loop(3, 400, 500), loop(7, 50, 60)),
                loops(loop(2, 20, 25), loop(15, 1, 1))));
        walks.add(walk(List.of(), loops(loop(3, 7, 9)), loops(loop(4, 1000, 2000), loop(5, 30, 40))));
        walks.add(walk(List.of(), List.of(), loops(loop(4, 1000, 1000), loop(77, 1, 1))));
        walks.add(walk(loops(loop(2, 9000, 8000)), loops(loop(4, 2000, 1900), loop(10, 1, 1)),
                loops(loop(3, 500, 400), loop(9, 11, 12))));
        return Emitters.all().flatMap(e -> Stream.of(Kind.values())
                .flatMap(kind -> walks.stream().map(w -> Arguments.of(e, kind, w))));
    }

    @ParameterizedTest
    @MethodSource("walks")
    void everyPartHasItsSums(Emitter emitter, Kind kind, Walk walk) {
        int units = Loop.turns(walk.units), parts = Loop.turns(walk.parts);
        try (var result = new Buffer(Double.BYTES * kind.rows * units * parts)) {
            Emitters.run(emitter,
                    new Sums(kind, walk.parts, walk.units, walk.summed, x.address(), dy.address(), result.address()));
            double[] found = result.doubles();
            float[] xs = x.floats(), dys = dy.floats();
            for (int p = 0; p < parts; p++)
                for (int u = 0; u < units; u++) {
                    double first = 0, second = 0, size = 0;
                    for (int t = 0; t < Loop.turns(walk.summed); t++) {
                        double v = xs[(int) (at(walk.parts, p, true) + at(walk.units, u, true) + at(walk.summed, t, true))];
                        double w = dys[(int) (at(walk.parts, p, false) + at(walk.units, u, false) + at(walk.summed, t, false))];
                        first += kind == Kind.GRADIENT ? w : v;
                        second += v * (kind == Kind.GRADIENT ? w : v);
                        size += Math.abs(v) + Math.abs(w) + v * v + w * w;
                    }
                    int row = p * kind.rows * units;
                    assertThat(found[row + u]).as("unit %d of part %d", u, p).isCloseTo(first, within(DOUBLE * size));
                    if (kind.rows > 1) assertThat(found[row + units + u]).isCloseTo(second, within(DOUBLE * size));
                }
        }
    }

    private static long at(List<Loop> loops, int turn, boolean ofX) {
        long at = 0;
        int rest = turn;
        for (Loop l : loops.reversed()) {
            at += rest % l.count() * (ofX ? l.a() : l.b()) / 4;
            rest /= l.count();
        }
        return at;
    }

    static Stream<Arguments> totals() {
        List<List<Loop>> dense = List.of(List.of(), List.of(new Loop(1, 0, 0, 4)), List.of(new Loop(16, 0, 0, 4)),
                List.of(new Loop(45, 0, 0, 4)));
        List<List<Loop>> scattered = List.of(List.of(new Loop(5, 0, 0, 12)),
                List.of(new Loop(3, 0, 0, 120), new Loop(19, 0, 0, 4)));
        // a second row would lie among the first
        return Emitters.all().flatMap(e -> Stream.concat(Stream.of(Kind.values()).flatMap(k -> totals(e, k, dense)),
                totals(e, Kind.TOTAL, scattered)));
    }

    private static Stream<Arguments> totals(Emitter emitter, Kind kind, List<List<Loop>> units) {
        return units.stream().flatMap(u -> Stream.of(1, 16, 23)
                .flatMap(lanes -> Stream.of(1, 5).map(parts -> Arguments.of(emitter, kind, u, lanes, parts))));
    }

    @ParameterizedTest
    @MethodSource("totals")
    void whatFollowsFromTheTotals(Emitter emitter, Kind kind, List<Loop> units, int lanes, int parts) {
        int count = Loop.turns(units), sums = parts * kind.rows * count * lanes;
        double m = 7, scale = 0.3, eps = 1e-3;
        float[] stats = new float[2 * count];
        for (int i = 0; i < stats.length; i++) stats[i] = random.nextFloat();
        long[] bits = random.doubles(sums).mapToLong(Double::doubleToRawLongBits).toArray();
        int[] words = new int[2 * sums];
        for (int i = 0; i < sums; i++) {
            words[2 * i] = (int) bits[i];
            words[2 * i + 1] = (int) (bits[i] >> 32);
        }
        try (var in = Buffer.of(words); var meansAndVariances = Buffer.of(stats); var result = new Buffer(4000)) {
            Emitters.run(emitter, new Totals(kind, in.address(), parts, units, lanes, m, scale, meansAndVariances.address(), eps,
                    result.address()));
            float[] found = result.floats();
            int written = 0;
            for (int u = 0; u < count; u++) {
                double first = 0, second = 0;
                for (int p = 0; p < parts; p++)
                    for (int l = 0; l < lanes; l++) {
                        first += in.doubles()[(p * kind.rows * count + u) * lanes + l];
                        if (kind.rows > 1) second += in.doubles()[((p * kind.rows + 1) * count + u) * lanes + l];
                    }
                int at = 0, rest = u;
                for (Loop l : units.reversed()) {
                    at += (int) (rest % l.count() * l.c() / 4);
                    rest /= l.count();
                }
                double mean = first / m;
                check(found[at], switch (kind) {
                    case TOTAL -> scale * first;
                    case MOMENTS -> mean;
                    case GRADIENT -> first;
                });
                if (kind == Kind.MOMENTS) check(found[at + count], Math.max(0, second / m - mean * mean));
                if (kind == Kind.GRADIENT)
                    check(found[at + count], (second - stats[u] * first) / Math.sqrt(stats[count + u] + eps));
            }
            for (float f : found) if (!Buffer.untouched(f)) written++;
            assertThat(written).isLessThanOrEqualTo(kind.rows * count);
        }
    }

    private static void check(float value, double expected) {
        assertThat((double) value).isCloseTo(expected, within(FLOAT * Math.abs(expected) + 1e-12));
    }
}
