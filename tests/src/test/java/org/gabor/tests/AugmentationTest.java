package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.gabor.compile.Compiler;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Augmentation.DrawMaps;
import org.gabor.graph.Augmentation.Warp;
import org.gabor.graph.Distortion;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is drawn, and what it does to images, on every backend. */
class AugmentationTest {
    private static final int H = 9, W = 14, C = 3, STREAM = 77;
    private static final Distortion LIGHT = new Distortion(0.5, 0.125, 6, 0.9, 1.1);

    /** What a draw depends on. */
    private record Key(int low, int high, int step, int epoch) {}

    private static final Key KEY = new Key(17, -4, 1000, 2);

    static Stream<BackendProvider> backends() { return UnderTest.all(); }

    @ParameterizedTest
    @MethodSource("backends")
    void mirroredTwiceAnImageIsItself(BackendProvider provider) {
        byte[] pixels = pixels(2);
        float[] mirror = maps(2, -1, 0, W - 1, 0, 1, 0);
        byte[] once = bytes(warp(provider, 2, pixels, mirror));
        assertThat(once).isNotEqualTo(pixels);
        assertThat(bytes(warp(provider, 2, once, mirror))).isEqualTo(pixels);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aWholeShiftIsAShiftOfTheArray(BackendProvider provider) {
        byte[] pixels = pixels(16);
        for (int[] shift : new int[][] {{3, 0}, {0, -2}, {-5, 4}, {W, 0}, {0, -H - 3}}) {
            float[] shifted = warp(provider, 16, pixels, maps(16, 1, 0, -shift[0], 0, 1, -shift[1]));
            var expected = new float[shifted.length];
            for (int plane = 0; plane < 16 * C; plane++)
                for (int y = 0; y < H; y++)
                    for (int x = 0; x < W; x++) {
                        int fromX = x - shift[0], fromY = y - shift[1];
                        boolean inside = fromX >= 0 && fromX < W && fromY >= 0 && fromY < H;
                        expected[(plane * H + y) * W + x] = inside ? pixels[(plane * H + fromY) * W + fromX] & 0xFF : 0;
                    }
            assertThat(shifted).isEqualTo(expected);
        }
    }

    /** Beside the cases, whose oracle does the same arithmetic: the image is mirrored, turned, scaled, then shifted. */
    @ParameterizedTest
    @MethodSource("backends")
    void aMapUndoesShiftTurnScaleAndMirror(BackendProvider provider) {
        float[] maps = draw(provider, LIGHT, 500, KEY);
        double middleX = (W - 1) / 2.0, middleY = (H - 1) / 2.0;
        for (int i = 0; i < 500; i++) {
            var words = new org.gabor.random.Stream(seed(KEY), STREAM, KEY.step, KEY.epoch);
            int first = DrawMaps.WORDS * i;
            double right = words.below(first + 1, 3) - 1, down = words.below(first + 2, 3) - 1;
            double angle = 2 * Math.atan((2 * words.uniform(first + 3) - 1) * Math.tan(Math.toRadians(3)));
            double scale = 0.9 + 0.2 * words.uniform(first + 4);
            boolean mirrored = words.uniform(first) < 0.5;
            for (double[] p : new double[][] {{0, 0}, {W - 1, 0}, {2.5, H - 1}}) {
                double x = p[0] - right - middleX, y = p[1] - down - middleY;
                double turnedX = (x * Math.cos(angle) + y * Math.sin(angle)) / scale;
                double turnedY = (-x * Math.sin(angle) + y * Math.cos(angle)) / scale;
                assertThat(at(maps, 500, i, 0, p)).isCloseTo(middleX + (mirrored ? -turnedX : turnedX), within(1e-4));
                assertThat(at(maps, 500, i, 3, p)).isCloseTo(middleY + turnedY, within(1e-4));
            }
        }
    }

    private static double at(float[] maps, int n, int image, int row, double[] p) {
        return maps[row * n + image] * p[0] + maps[(row + 1) * n + image] * p[1] + maps[(row + 2) * n + image];
    }

    @ParameterizedTest
    @MethodSource("backends")
    void flipsShiftsTurnsAndSizesAreSpreadEvenly(BackendProvider provider) {
        int n = 20_000;
        float[] turned = draw(provider, new Distortion(0.3, 0, 10, 0.8, 1.2), n, KEY);
        int mirrored = 0;
        double angles = 0, widest = 0, sizes = 0, least = 9, most = 0;
        for (int i = 0; i < n; i++) {
            double a = turned[i], c = turned[3 * n + i], d = turned[4 * n + i];
            if (a < 0) mirrored++;
            double angle = Math.toDegrees(Math.atan2(-c, d)), size = 1 / Math.hypot(c, d);
            angles += angle;
            sizes += size;
            widest = Math.max(widest, Math.abs(angle));
            least = Math.min(least, size);
            most = Math.max(most, size);
        }
        // four standard deviations of a coin, and of an even spread
        double error = 4 / Math.sqrt(n);
        assertThat((double) mirrored / n).isCloseTo(0.3, within(error * Math.sqrt(0.3 * 0.7)));
        assertThat(angles / n).isCloseTo(0, within(error * 20 / Math.sqrt(12)));
        assertThat(widest).isBetween(9.98, 10.0001);
        assertThat(sizes / n).isCloseTo(1, within(error * 0.4 / Math.sqrt(12)));
        assertThat(least).isBetween(0.79999, 0.8004);
        assertThat(most).isBetween(1.1996, 1.20001);

        float[] shifted = draw(provider, new Distortion(0, 0.25, 0, 1, 1), n, KEY);
        int[] columns = new int[W], rows = new int[H];
        for (int i = 0; i < n; i++) {
            columns[(int) shifted[2 * n + i] + 3]++;
            rows[(int) shifted[5 * n + i] + 2]++;
        }
        for (int i = 0; i < 7; i++) assertThat((double) columns[i] / n).isCloseTo(1 / 7.0, within(error * Math.sqrt(6) / 7));
        for (int i = 0; i < 5; i++) assertThat((double) rows[i] / n).isCloseTo(1 / 5.0, within(error * Math.sqrt(4) / 5));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anyOtherKeyDrawsOthersAndTheSameKeyTheSame(BackendProvider provider) {
        float[] maps = draw(provider, LIGHT, 8, KEY);
        for (Key other : List.of(new Key(18, -4, 1000, 2), new Key(17, -3, 1000, 2), new Key(17, -4, 1001, 2),
                new Key(17, -4, 1000, 3)))
            assertThat(draw(provider, LIGHT, 8, other)).as("%s", other).isNotEqualTo(maps);
        assertThat(draw(provider, LIGHT, 8, KEY)).isEqualTo(maps);
        float[] more = draw(provider, LIGHT, 21, KEY);
        for (int row = 0; row < Augmentation.COEFFICIENTS; row++)
            for (int i = 0; i < 8; i++) assertThat(more[row * 21 + i]).isEqualTo(maps[row * 8 + i]);
    }

    @Test
    void allBackendsGiveTheSameBytes() {
        for (int n : new int[] {5, 16, 32}) {
            List<float[]> all = new ArrayList<>();
            byte[] pixels = pixels(n);
            for (BackendProvider p : UnderTest.all().filter(p -> p.unavailable().isEmpty()).toList())
                all.add(warp(p, n, pixels, draw(p, LIGHT, n, KEY)));
            assertThat(all).isNotEmpty().allSatisfy(a -> assertThat(a).isEqualTo(all.getFirst()));
        }
    }

    private static long seed(Key key) { return (long) key.high << 32 | key.low & 0xFFFFFFFFL; }

    private static byte[] pixels(int n) {
        var pixels = new byte[n * C * H * W];
        new Random(n).nextBytes(pixels);
        return pixels;
    }

    private static byte[] bytes(float... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) values[i];
        return bytes;
    }

    /** The same map for all images. */
    private static float[] maps(int n, float... map) {
        var maps = new float[n * map.length];
        for (int i = 0; i < maps.length; i++) maps[i] = map[i / n];
        return maps;
    }

    private static float[] draw(BackendProvider provider, Distortion limits, int n, Key key) {
        var g = new Graph();
        Node seed = g.input("seed", TensorType.i32(2)), step = g.input("step", TensorType.i32(1));
        g.output("y", g.add(new DrawMaps(limits, n, H, W, STREAM), seed, step, g.input("epoch", TensorType.i32(1))));
        return run(provider, g, e -> {
            input(e, "seed").set(key.low, key.high);
            input(e, "step").set(key.step);
            input(e, "epoch").set(key.epoch);
        });
    }

    private static float[] warp(BackendProvider provider, int n, byte[] pixels, float[] maps) {
        var g = new Graph();
        Node images = g.input("images", TensorType.u8(n, C, H, W));
        g.output("y", g.add(new Warp(), images, g.input("maps", TensorType.f32(Augmentation.COEFFICIENTS, n))));
        return run(provider, g, e -> {
            input(e, "images").set(pixels);
            input(e, "maps").set(maps);
        });
    }

    private static Tensor input(Executable e, String name) { return Objects.requireNonNull(e.inputs().get(name)); }

    private static float[] run(BackendProvider provider, Graph g, Consumer<Executable> feed) {
        provider.unavailable().ifPresent(why -> assumeTrue(false, provider.name() + " skipped: " + why));
        try (Backend backend = provider.open(BackendOptions.DEFAULT);
                Executable e = backend.compile(Compiler.plan(g, backend.rules()), Map.of())) {
            feed.accept(e);
            e.run();
            return Objects.requireNonNull(e.outputs().get("y")).floats();
        }
    }
}
