package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.kernel.Rows;
import org.gabor.graph.Criterion;
import org.gabor.graph.Criterion.BinaryCrossEntropy;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Criterion.MultiMargin;
import org.gabor.graph.Criterion.SquaredError;
import org.gabor.graph.Loss;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of samples' scores by every emitter: groups of all sizes, matrices and planes, against their definitions. */
class RowsTest {
    private static final int SIZE = 40_000;
    private static final List<Double> WEIGHTS = List.of(0.5, 2.0, 1.0, 0.25, 3.0);

    private final Random random = new Random(8);
    private final OffHeap x = OffHeap.allocate(4 * SIZE, "x"), dy = OffHeap.allocate(4 * SIZE, "dy"),
            result = OffHeap.allocate(4 * SIZE, "result"), labels = OffHeap.allocate(4 * SIZE, "labels");

    @AfterEach
    void free() { List.of(x, dy, result, labels).forEach(OffHeap::free); }

    /** Scores, label and gradient of a sample; what comes out: a value, or one for every class. */
    interface Definition {
        double[] of(double[] x, int label, double[] dy);
    }

    record Function(Loss f, Definition definition) {
        @Override
        public String toString() { return f.toString(); }
    }

    static Stream<Arguments> functions() {
        var functions = List.of(
                new Function(new Loss.Softmax(), (x, _, _) -> softmax(x)),
                new Function(new Loss.SoftmaxGrad(), (y, _, dy) -> each(y, i -> y[i] * (dy[i] - dot(y, dy)))),
                new Function(new Loss.LogSoftmax(), (x, _, _) -> each(x, i -> StrictMath.log(softmax(x)[i]))),
                new Function(new Loss.LogSoftmaxGrad(),
                        (y, _, dy) -> each(y, i -> dy[i] - StrictMath.exp(y[i]) * Arrays.stream(dy).sum())),
                loss(new CrossEntropy()), slope(new CrossEntropy()),
                loss(new CrossEntropy(0.1, OptionalInt.of(1), WEIGHTS)), slope(new CrossEntropy(0.1, OptionalInt.of(1), WEIGHTS)),
                loss(new CrossEntropy(0.3, OptionalInt.of(-1), List.of())),
                slope(new CrossEntropy(0, OptionalInt.of(2), WEIGHTS)),
                loss(new MultiMargin(1, 0.5)), slope(new MultiMargin(1, 0.5)), loss(new MultiMargin(2, 1)),
                slope(new MultiMargin(2, 1)), loss(new SquaredError()), slope(new SquaredError()),
                loss(new BinaryCrossEntropy()), slope(new BinaryCrossEntropy()), weight(List.of()), weight(WEIGHTS),
                new Function(new Loss.InTopK(1), (x, label, _) -> inTopK(x, label, 1)),
                new Function(new Loss.InTopK(3), (x, label, _) -> inTopK(x, label, 3)));
        return Emitters.all().flatMap(e -> functions.stream().map(f -> Arguments.of(e, f)));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void matricesAndPlanesOfAllSizes(Emitter emitter, Function f) {
        for (int samples : new int[] {1, 3, 4, 8, 21, 130, 1000}) check(emitter, f, samples, 5, 1);
        for (int plane : new int[] {2, 4, 7, 8, 35}) check(emitter, f, 3 * plane, 5, plane);
        check(emitter, f, 3 * 900, 5, 900);
    }

    private void check(Emitter emitter, Function f, int samples, int c, int plane) {
        fill(samples, c);
        int scores = samples * c;
        for (int i = 0; i < scores; i++) {
            // some scores are the same, some far apart
            set(x, i, random.nextInt(4) == 0 ? random.nextInt(3) : (float) random.nextGaussian() * (i % 7 == 0 ? 30 : 2));
            set(dy, i, (float) random.nextGaussian());
        }
        all(result).fill((byte) -1);
        int classes = f.f instanceof Loss.SampleWeight ? 1 : c;
        Emitters.run(emitter,
                new Rows(f.f, samples, classes, plane, x.address(), labels.address(), dy.address(), result.address()));
        boolean oneDy = f.f instanceof Loss.SampleLossGrad;
        int written = 0;
        for (int s = 0; s < samples; s++) {
            int first = s / plane * c * plane + s % plane, sample = s;
            double[] own = each(new double[c], i -> get(x, first + i * plane));
            double[] gradient = each(new double[c], i -> get(dy, oneDy ? sample : first + i * plane));
            double[] expected = f.definition.of(own, all(labels).getAtIndex(ValueLayout.JAVA_INT, s), gradient);
            for (int i = 0; i < expected.length; i++) {
                float got = get(result, expected.length == 1 ? s : first + i * plane);
                Float nearest = (float) expected[i];
                if (!Float.isFinite(nearest)) assertThat(got).as("sample %s, class %s", s, i).isEqualTo(nearest);
                else assertThat((double) got).as("sample %s of %s, class %s", s, samples, i)
                        .isCloseTo(expected[i], within(1e-6 * (1 + Math.abs(expected[i]))));
                written++;
            }
        }
        for (int i = written; i < SIZE; i++)
            assertThat(all(result).getAtIndex(ValueLayout.JAVA_INT, i)).as("behind the results").isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("org.gabor.cpu.Emitters#all")
    void aNaNIsAboveAllNumbersAndReachesTheLoss(Emitter emitter) {
        float[] scores = {1, Float.NaN, 3, 2, 1, 2, 3, 4, 2};
        for (int i = 0; i < scores.length; i++) set(x, i, scores[i]);
        int[] own = {2, 0, 2};
        MemorySegment.copy(own, 0, all(labels), ValueLayout.JAVA_INT, 0, own.length);
        assertThat(run(emitter, new Loss.InTopK(1))).containsExactly(0, 1, 0);
        assertThat(run(emitter, new Loss.InTopK(2))).containsExactly(1, 1, 0);
        var criteria = List.of(new CrossEntropy(), new MultiMargin(1, 1), new SquaredError(), new BinaryCrossEntropy());
        for (Criterion criterion : criteria) {
            float[] losses = run(emitter, new Loss.SampleLoss(criterion));
            assertThat(losses[0]).as(criterion.label()).isNaN();
            assertThat(losses[1]).isFinite();
            assertThat(losses[2]).isFinite();
        }
    }

    private float[] run(Emitter emitter, Loss f) {
        Emitters.run(emitter, new Rows(f, 3, 3, 1, x.address(), labels.address(), 0, result.address()));
        return new float[] {get(result, 0), get(result, 1), get(result, 2)};
    }

    /** Labels are classes, with a few that are none. */
    private void fill(int samples, int c) {
        for (int i = 0; i < samples; i++)
            all(labels).setAtIndex(ValueLayout.JAVA_INT, i, i % 11 == 9 ? -1 : i % 13 == 10 ? c : random.nextInt(c));
    }

    private static Function loss(Criterion criterion) {
        return new Function(new Loss.SampleLoss(criterion), (x, label, _) -> one(value(criterion, x, label)));
    }

    private static Function slope(Criterion criterion) {
        return new Function(new Loss.SampleLossGrad(criterion),
                (x, label, dy) -> each(x, i -> dy[0] * derivative(criterion, x, label, i)));
    }

    private static Function weight(List<Double> weights) {
        var criterion = new CrossEntropy(0, OptionalInt.of(3), weights);
        return new Function(new Loss.SampleWeight(criterion), (_, label, _) -> {
            if (label == 3) return one(0);
            if (weights.isEmpty()) return one(1);
            return one(label < 0 || label >= weights.size() ? Double.NaN : weights.get(label));
        });
    }

    private static double value(Criterion criterion, double[] x, int label) {
        if (criterion instanceof CrossEntropy e && e.ignore().isPresent() && e.ignore().getAsInt() == label) return 0;
        if (label < 0 || label >= x.length) return Double.NaN;
        IntStream classes = IntStream.range(0, x.length);
        return switch (criterion) {
            case CrossEntropy e -> {
                double[] log = each(x, i -> -StrictMath.log(softmax(x)[i]) * (e.weights().isEmpty() ? 1 : e.weights().get(i)));
                yield (1 - e.smoothing()) * log[label] + e.smoothing() * Arrays.stream(log).average().orElseThrow();
            }
            case MultiMargin m -> classes.filter(i -> i != label)
                    .mapToDouble(i -> Math.pow(Math.max(0, m.margin() - x[label] + x[i]), m.power())).sum() / x.length;
            case SquaredError _ -> classes.mapToDouble(i -> Math.pow(x[i] - (i == label ? 1 : 0), 2)).average().orElseThrow();
            case BinaryCrossEntropy _ -> classes.mapToDouble(i -> Math.max(x[i], 0) - (i == label ? x[i] : 0)
                    + StrictMath.log1p(StrictMath.exp(-Math.abs(x[i])))).average().orElseThrow();
        };
    }

    private static double derivative(Criterion criterion, double[] x, int label, int i) {
        if (criterion instanceof CrossEntropy e && e.ignore().isPresent() && e.ignore().getAsInt() == label) return 0;
        if (label < 0 || label >= x.length) return Double.NaN;
        double target = i == label ? 1 : 0;
        return switch (criterion) {
            case CrossEntropy e -> {
                double sum = 0;
                for (int j = 0; j < x.length; j++) {
                    double share = e.smoothing() / x.length + (j == label ? 1 - e.smoothing() : 0);
                    sum += share * (e.weights().isEmpty() ? 1 : e.weights().get(j)) * (softmax(x)[i] - (i == j ? 1 : 0));
                }
                yield sum;
            }
            case MultiMargin m -> {
                double sum = 0;
                for (int j = 0; j < x.length; j++) {
                    double z = m.margin() - x[label] + x[j], slope = z > 0 ? m.power() * Math.pow(z, m.power() - 1) : 0;
                    if (j != label) sum += slope * ((i == j ? 1 : 0) - target);
                }
                yield sum / x.length;
            }
            case SquaredError _ -> 2 * (x[i] - target) / x.length;
            case BinaryCrossEntropy _ -> (1 / (1 + StrictMath.exp(-x[i])) - target) / x.length;
        };
    }

    private static double[] inTopK(double[] x, int label, int k) {
        if (label < 0 || label >= x.length) return one(0);
        var order = IntStream.range(0, x.length).boxed().sorted((i, j) -> x[i] == x[j] ? i - j : x[i] > x[j] ? -1 : 1).toList();
        return one(order.indexOf(label) < k ? 1 : 0);
    }

    private static double[] softmax(double[] x) {
        double largest = Arrays.stream(x).max().orElseThrow(), sum = Arrays.stream(x).map(v -> StrictMath.exp(v - largest)).sum();
        return each(x, i -> StrictMath.exp(x[i] - largest) / sum);
    }

    private static double dot(double[] a, double[] b) { return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum(); }

    private static double[] each(double[] x, IntToDoubleFunction f) {
        return IntStream.range(0, x.length).mapToDouble(f).toArray();
    }

    private static double[] one(double v) { return new double[] {v}; }

    private static MemorySegment all(OffHeap m) { return Memory.segment(m.address(), m.bytes()); }

    private static float get(OffHeap m, int i) { return all(m).getAtIndex(ValueLayout.JAVA_FLOAT, i); }

    private static void set(OffHeap m, int i, float v) { all(m).setAtIndex(ValueLayout.JAVA_FLOAT, i, v); }
}
