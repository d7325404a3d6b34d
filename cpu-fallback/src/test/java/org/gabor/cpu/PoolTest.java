package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Pool.Span;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Maxima and their gradients against loops over windows, with values of which many are equal, infinite or NaN. */
class PoolTest {
    /** Elements of x and of y around an image, on each side of a row and of the rows. */
    private static final int HALO_X = 2, HALO_Y = 1;

    private final Random random = new Random(11);

    /** Windows along both axes: side by side, overlapping, dilated, bins of several sizes, one that takes all. */
    static Stream<Arguments> shapes() {
        List<List<Span>> axes = List.of(windows(6, 2, 2, 1, 0), windows(9, 3, 2, 1, 1), windows(8, 3, 1, 1, 1),
                windows(9, 2, 2, 3, 1),
                List.of(new Span(0, 2, 1), new Span(1, 4, 1), new Span(3, 5, 1)), List.of(new Span(0, 11, 1)));
        return Emitters.all().flatMap(e -> IntStream.of(1, 3, 16, 17, 40, 96, 200).boxed().flatMap(pixel -> Stream.of(1, 3, 20)
                .flatMap(n -> axes.stream().map(axis -> Arguments.of(e, n, pixel, axis, axes.get((pixel + n) % axes.size()))))));
    }

    private static List<Span> windows(int size, int taps, int stride, int dilation, int before) {
        return IntStream.iterate(-before, at -> at + (taps - 1) * dilation < size + before, at -> at + stride).mapToObj(at -> {
            int outside = at < 0 ? Math.ceilDiv(-at, dilation) : 0;
            return new Span(at + outside * dilation, Math.min(size, at + (taps - 1) * dilation + 1), dilation);
        }).toList();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void theLargestOfEachWindow(Emitter emitter, int n, int pixel, List<Span> rows, List<Span> columns) {
        for (Activation f : new @Nullable Activation[] {null, new Activation.Relu()}) {
            var x = new Image(n, size(rows), size(columns), pixel, HALO_X);
            var y = new Image(n, rows.size(), columns.size(), pixel, HALO_Y);
            float[] values = spiked(x.elements(), f == null), expected;
            try (var in = Buffer.of(values); var out = new Buffer(4 * y.elements())) {
                expected = out.floats();
                for (int i = 0; i < n; i++)
                    for (int p = 0; p < y.h; p++)
                        for (int q = 0; q < y.w; q++)
                            for (int e = 0; e < pixel; e++) {
                                int[] cells = cells(x, i, rows.get(p), columns.get(q), e);
                                float largest = values[cells[largest(values, cells)]];
                                expected[y.at(i, p, q, e)] = f == null ? largest : Math.max(largest, 0);
                            }
                Emitters.run(emitter, pool(false, rows, columns, x, y, y, in, out, out, f));
                assertThat(out.floats()).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aGradientGoesToTheFirstLargest(Emitter emitter, int n, int pixel, List<Span> rows, List<Span> columns) {
        var x = new Image(n, size(rows), size(columns), pixel, HALO_X);
        var y = new Image(n, rows.size(), columns.size(), pixel, HALO_Y);
        float[] values = spiked(x.elements(), true), gradients = new float[y.elements()], expected;
        for (int i = 0; i < gradients.length; i++) gradients[i] = random.nextInt(100);
        try (var in = Buffer.of(values); var dy = Buffer.of(gradients); var dx = new Buffer(4 * x.elements())) {
            expected = dx.floats();
            for (int i = 0; i < n; i++)
                for (int h = 0; h < x.h; h++)
                    for (int w = 0; w < x.w; w++) Arrays.fill(expected, x.at(i, h, w, 0), x.at(i, h, w, pixel), 0);
            for (int i = 0; i < n; i++)
                for (int p = 0; p < y.h; p++)
                    for (int q = 0; q < y.w; q++)
                        for (int e = 0; e < pixel; e++) {
                            int[] cells = cells(x, i, rows.get(p), columns.get(q), e);
                            expected[cells[largest(values, cells)]] += gradients[y.at(i, p, q, e)];
                        }
            Emitters.run(emitter, pool(true, rows, columns, x, y, x, in, dy, dx, null));
            assertThat(dx.floats()).isEqualTo(expected);
        }
    }

    private static Pool pool(boolean gradient, List<Span> rows, List<Span> columns, Image x, Image dy, Image result, Buffer xs,
            Buffer dys, Buffer results, @Nullable Activation f) {
        return new Pool(gradient, rows, columns, new Loop(x.n, x.image(), dy.image(), result.image()), xs.address() + x.first(),
                dys.address() + dy.first(), results.address() + result.first(), x.h, x.w, x.pixel,
                new Loop(1, x.row(), dy.row(), result.row()), f);
    }

    /** Of few values, so that many are equal. */
    private float[] spiked(int count, boolean nan) {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = switch (random.nextInt(12)) {
            case 0 -> Float.NEGATIVE_INFINITY;
            case 1 -> nan ? Float.NaN : 7;
            case 2 -> Float.POSITIVE_INFINITY;
            default -> random.nextInt(4) - 2.5f;
        };
        return values;
    }

    private static int size(List<Span> spans) { return spans.stream().mapToInt(Span::end).max().orElseThrow(); }

    private static int[] cells(Image x, int n, Span down, Span across, int e) {
        return IntStream.iterate(down.first(), h -> h < down.end(), h -> h + down.step()).flatMap(h -> IntStream
                .iterate(across.first(), w -> w < across.end(), w -> w + across.step()).map(w -> x.at(n, h, w, e))).toArray();
    }

    /** The first NaN, else the first of the largest. */
    private static int largest(float[] values, int[] cells) {
        int best = 0;
        for (int i = 0; i < cells.length; i++) {
            if (Float.isNaN(values[cells[i]])) return i;
            if (values[cells[i]] > values[cells[best]]) best = i;
        }
        return best;
    }

    /** Images [n][h][w][pixel] with a halo. */
    private record Image(int n, int h, int w, int pixel, int halo) {
        int elements() { return n * (h + 2 * halo) * (w + 2 * halo) * pixel; }

        int at(int i, int row, int column, int e) {
            return ((i * (h + 2 * halo) + row + halo) * (w + 2 * halo) + column + halo) * pixel + e;
        }

        long row() { return 4L * (w + 2 * halo) * pixel; }

        long image() { return row() * (h + 2 * halo); }

        long first() { return 4L * at(0, 0, 0, 0); }
    }
}
