package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.JavaEmitter;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.emit.Pages;
import org.gabor.cpu.kernel.DrawMaps;
import org.gabor.cpu.kernel.Warp;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Distortion;
import org.gabor.graph.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Machine code that distorts images gives the bytes of the Java loops, and keeps to its operands. */
class WarpTest {
    private static final int GAP = 5;

    private final Random random = new Random(23);

    static Stream<Arguments> images() {
        int[][] shapes = {{1, 1, 1, 1}, {2, 3, 1, 1}, {3, 1, 1, 4}, {2, 1, 5, 1}, {2, 3, 8, 8}, {5, 1, 28, 28}, {1, 3, 33, 17},
                {16, 1, 1, 1}, {16, 1, 7, 5}, {32, 3, 6, 4}, {48, 2, 3, 9}};
        return Emitters.all().flatMap(e -> Arrays.stream(shapes).flatMap(s -> Stream.of(1, 16).filter(l -> s[0] % l == 0)
                .map(l -> Arguments.of(e, Shape.of(s), l))));
    }

    @ParameterizedTest
    @MethodSource("images")
    void everyEmitterGivesTheSameBytes(Emitter emitter, Shape s, int lanes) {
        var bytes = new byte[(int) s.size()];
        random.nextBytes(bytes);
        long end = endOfPages(bytes);
        int row = (s.w() * s.c() * lanes + GAP) * Float.BYTES, block = s.h() * row;
        for (float[] values : new float[][] {gentle(s), wild(s)})
            try (var maps = Buffer.of(values); var y = new Buffer(s.n() / lanes * block);
                    var expected = new Buffer(s.n() / lanes * block)) {
                        long x = end - bytes.length;
                        Emitters.run(new JavaEmitter(), new Warp(s, x, maps.address(), expected.address(), lanes, block, row));
                        Emitters.run(emitter, new Warp(s, x, maps.address(), y.address(), lanes, block, row));
                        assertThat(y.bytes()).isEqualTo(expected.bytes());
                        float[] floats = y.floats();
                        for (int i = s.w() * s.c() * lanes; i < floats.length; i += row / Float.BYTES)
                            for (int j = i; j < i + GAP; j++)
                                assertThat(Buffer.untouched(floats[j])).as("between the rows").isTrue();
                    }
        Pages.unmap(end - Pages.SMALL, Pages.SMALL);
    }

    /** A copy of the bytes that ends where memory does: who reads on does not come back. */
    private static long endOfPages(byte[] bytes) {
        long pages = Pages.map(2 * Pages.SMALL), end = pages + Pages.SMALL;
        Pages.unmap(end, Pages.SMALL);
        assertThat(bytes.length).isLessThanOrEqualTo((int) Pages.SMALL);
        Memory.copyIn(MemorySegment.ofArray(bytes), end - bytes.length, bytes.length);
        return end;
    }

    /** Maps near the identity. */
    private float[] gentle(Shape s) {
        float[] maps = new float[Augmentation.COEFFICIENTS * s.n()];
        for (int i = 0; i < maps.length; i++)
            maps[i] = (float) random.nextGaussian() * 0.2f + (i / s.n() % 4 == 0 ? 1 : 0);
        return maps;
    }

    /** Maps to anywhere, and to no place at all. */
    private float[] wild(Shape s) {
        float[] some = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, -Float.MAX_VALUE, 1e9f,
                -3e9f, 0f, -0f, -1f, 1f, 0.5f, Float.MIN_VALUE};
        float[] maps = new float[Augmentation.COEFFICIENTS * s.n()];
        for (int i = 0; i < maps.length; i++) maps[i] = some[random.nextInt(some.length)];
        return maps;
    }

    static Stream<Emitter> emitters() { return Emitters.all(); }

    @ParameterizedTest
    @MethodSource("emitters")
    void drawnMapsAreTheSameBytesAndNoMore(Emitter emitter) {
        for (int n = 1; n < 40; n++) {
            var op = new Augmentation.DrawMaps(new Distortion(0.3, 0.2, 20, 0.7, 1.5), n, 30, 29, random.nextInt());
            try (var seed = Buffer.of(random.nextInt(), random.nextInt()); var step = Buffer.of(random.nextInt());
                    var epoch = Buffer.of(random.nextInt()); var maps = new Buffer(Float.BYTES * Augmentation.COEFFICIENTS * n);
                    var expected = new Buffer(Float.BYTES * Augmentation.COEFFICIENTS * n)) {
                Emitters.run(new JavaEmitter(),
                        new DrawMaps(op, seed.address(), step.address(), epoch.address(), expected.address()));
                Emitters.run(emitter, new DrawMaps(op, seed.address(), step.address(), epoch.address(), maps.address()));
                assertThat(maps.bytes()).isEqualTo(expected.bytes());
            }
        }
    }
}
