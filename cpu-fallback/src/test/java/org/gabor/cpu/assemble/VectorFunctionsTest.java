package org.gabor.cpu.assemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.gabor.graph.Activation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions in machine code, of every instruction set that this machine has, against StrictMath. */
class VectorFunctionsTest {
    private static final int D = 0, V = 1, DY = 2;
    private static final int[] SCRATCH = {3, 4, 5, 6, 7};
    private static final double SQRT_2_OVER_PI = StrictMath.sqrt(2 / Math.PI);

    /** A function, its derivative in terms of what Activation says, and the largest errors in units in the last place. */
    record Reference(Activation f, DoubleUnaryOperator value, double most, DoubleUnaryOperator slope) {}

    private static final List<Reference> REFERENCES = List.of(
            new Reference(new Activation.Relu(), x -> x > 0 ? x : 0, 0, y -> y > 0 ? 1 : 0),
            new Reference(new Activation.Relu6(), x -> x > 6 ? 6 : x > 0 ? x : 0, 0, y -> y > 0 && y < 6 ? 1 : 0),
            new Reference(new Activation.LeakyRelu(0.125), x -> x > 0 ? x : x / 8, 0.5, y -> y > 0 ? 1 : 0.125),
            new Reference(new Activation.LeakyRelu(2), x -> x > 0 ? x : x * 2, 0.5, y -> y > 0 ? 1 : 2),
            new Reference(new Activation.Affine(0.75, 1), x -> 0.75 * x + 1, 0.5, _ -> 0.75),
            new Reference(new Activation.Reciprocal(), x -> 1 / x, 0.5, y -> -y * y),
            new Reference(new Activation.HardSigmoid(), x -> x >= 3 ? 1 : x <= -3 ? 0 : (x + 3) / 6, 1e7,
                    y -> y > 0 && y < 1 ? 1 / 6.0 : 0),
            new Reference(new Activation.HardSwish(), x -> x >= 3 ? x : x <= -3 ? 0 : x * (x + 3) / 6, 1e7,
                    x -> x >= 3 ? 1 : x <= -3 ? 0 : (2 * x + 3) / 6),
            new Reference(new Activation.Tanh(), StrictMath::tanh, 0.501, y -> 1 - y * y),
            new Reference(new Activation.Sigmoid(), VectorFunctionsTest::sigmoid, 0.501, y -> y * (1 - y)),
            new Reference(new Activation.Elu(1), x -> x > 0 ? x : StrictMath.expm1(x), 0.501, y -> y > 0 ? 1 : y + 1),
            new Reference(new Activation.Silu(), x -> x * sigmoid(x), 0.501,
                    x -> sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
            new Reference(new Activation.Gelu(), x -> x > 0 ? x - x * tail(x) : x * tail(-x), 0.55,
                    x -> x > 0 ? 1 - tail(x) + x * density(x) : tail(-x) + x * density(x)),
            new Reference(new Activation.GeluTanh(), x -> x * gate(x), 0.501,
                    x -> gate(x) + 2 * x * gate(x) * gate(-x) * SQRT_2_OVER_PI * (1 + 0.134145 * x * x)));

    static Stream<Arguments> functions() {
        return Features.detect().stream().flatMap(isa -> REFERENCES.stream().map(r -> Arguments.of(isa, r)));
    }

    static Stream<Isa> isas() { return Features.detect().stream(); }

    @ParameterizedTest
    @MethodSource("functions")
    void valuesAreTheNearestFloatOrItsNeighbour(Isa isa, Reference r) {
        float[] x = arguments();
        for (boolean inPlace : new boolean[] {false, true}) {
            int[] t = Arrays.copyOf(SCRATCH, VectorFunctions.scratch(r.f));
            float[] y = run(isa, x, x, a -> VectorFunctions.apply(a, r.f, inPlace ? V : D, V, t), inPlace ? V : D);
            for (int i = 0; i < x.length; i++) {
                double exact = r.value.applyAsDouble(x[i]);
                // differences of large numbers have few digits: those of the hard functions near -3
                double unit = r.most > 1 ? 2e-7 * Math.max(1, Math.abs(exact)) / r.most : Math.ulp((float) exact);
                assertThat(Math.abs(y[i] - exact)).as("%s of %s: %s", r.f, x[i], y[i]).isLessThanOrEqualTo(r.most * unit);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void slopesAreProductsWithTheDerivative(Isa isa, Reference r) {
        float[] v = arguments(), dy = new float[v.length];
        for (int i = 0; i < dy.length; i++) dy[i] = (i % 7 - 3.25f) * 0.7f;
        for (int result : new int[] {D, V, DY}) {
            float[] dx = run(isa, v, dy, a -> VectorFunctions.slope(a, r.f, result, V, DY, SCRATCH), result);
            for (int i = 0; i < v.length; i++) {
                double exact = r.slope.applyAsDouble(v[i]) * dy[i], most = 1e-6 * (Math.abs(exact) + Math.abs(dy[i]));
                assertThat(Math.abs(dx[i] - exact)).as("slope of %s at %s: %s", r.f, v[i], dx[i]).isLessThanOrEqualTo(most);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void aNaNStaysOne(Isa isa, Reference r) {
        float[] x = new float[16];
        Arrays.fill(x, Float.NaN);
        assertThat(run(isa, x, x, a -> VectorFunctions.apply(a, r.f, D, V, SCRATCH), D)).containsOnly(Float.NaN);
    }

    @ParameterizedTest
    @MethodSource("isas")
    void limits(Isa isa) {
        float inf = Float.POSITIVE_INFINITY;
        assertThat(of(isa, new Activation.Tanh(), inf, -inf, 0, 1e-30f, -100)).containsExactly(1, -1, 0, 1e-30f, -1);
        assertThat(of(isa, new Activation.Sigmoid(), inf, -inf, 0, 500, -500)).containsExactly(1, 0, 0.5f, 1, 0);
        assertThat(of(isa, new Activation.Relu(), inf, -inf, -1, 3, -1e30f)).containsExactly(inf, 0, 0, 3, 0);
        assertThat(of(isa, new Activation.Elu(0.5), inf, -inf, -1000)).containsExactly(inf, -0.5f, -0.5f);
        assertThat(of(isa, new Activation.Gelu(), -1e30f, 1e30f)).containsExactly(0f, 1e30f);
    }

    @ParameterizedTest
    @MethodSource("isas")
    void exponentialsAndLogarithmsInDoublePrecision(Isa isa) {
        assertDoubles(isa, 1e-15, StrictMath::exp, -700, 699, (x, v) -> DoubleFunctions.exp(x, DoubleFunctions.LONG, v, 1, 2));
        assertDoubles(isa, 1e-15, StrictMath::expm1, -1, 1,
                (x, v) -> DoubleFunctions.expLessOne(x, DoubleFunctions.LONG, v, 1, 2));
        assertDoubles(isa, 1e-15, StrictMath::log, 1, 1e9, (x, v) -> DoubleFunctions.log(x, v, 1, 2, 3));
        assertDoubles(isa, 1e-15, StrictMath::log1p, 0, 1, (x, v) -> DoubleFunctions.logOfOnePlus(x, v, 1, 2, 3));
        double[] nan = {Double.NaN};
        assertThat(doubles(isa, nan, (x, v) -> DoubleFunctions.log(x, v, 1, 2, 3))).containsExactly(Double.NaN);
        assertThat(doubles(isa, nan, (x, v) -> DoubleFunctions.logOfOnePlus(x, v, 1, 2, 3))).containsExactly(Double.NaN);
        assertThat(doubles(isa, nan, (x, v) -> DoubleFunctions.exp(x, DoubleFunctions.SHORT, v, 1, 2)))
                .containsExactly(Double.NaN);
    }

    private static void assertDoubles(Isa isa, double most, DoubleUnaryOperator exact, double from, double to,
            BiConsumer<Assembler, Integer> f) {
        var x = new double[4096];
        for (int i = 0; i < x.length; i++) x[i] = from + (to - from) * Math.pow((i + 0.5) / x.length, 3);
        double[] y = doubles(isa, x, f);
        for (int i = 0; i < x.length; i++) {
            double e = exact.applyAsDouble(x[i]);
            assertThat(Math.abs(y[i] - e)).as("%s: %s, expected %s", x[i], y[i], e).isLessThanOrEqualTo(most * Math.abs(e));
        }
    }

    private static float[] of(Isa isa, Activation f, float... x) {
        float[] padded = Arrays.copyOf(x, 16);
        float[] y = run(isa, padded, padded, a -> VectorFunctions.apply(a, f, D, V, SCRATCH), D);
        return Arrays.copyOf(y, x.length);
    }

    private static float[] arguments() {
        var x = new ArrayList<Float>();
        for (float magnitude = 1e-12f; magnitude < 40; magnitude *= 1.037f) {
            x.add(magnitude);
            x.add(-magnitude);
        }
        for (float v = -13; v < 13; v += 0.0317f) x.add(v);
        while (x.size() % 16 != 0) x.add(1f);
        var values = new float[x.size()];
        for (int i = 0; i < values.length; i++) values[i] = x.get(i);
        return values;
    }

    private static float[] run(Isa isa, float[] v, float[] dy, Consumer<Assembler> body, int result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vs = arena.allocateFrom(ValueLayout.JAVA_FLOAT, v);
            MemorySegment dys = arena.allocateFrom(ValueLayout.JAVA_FLOAT, dy);
            MemorySegment y = arena.allocate(4L * v.length);
            loop(isa, vs, dys, y, x -> {
                x.load(V, Mem.at(Gp.RAX));
                x.load(DY, Mem.at(Gp.RBX));
                body.accept(x);
                x.store(Mem.at(Gp.RDX), result);
            });
            return y.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static double[] doubles(Isa isa, double[] v, BiConsumer<Assembler, Integer> body) {
        try (Arena arena = Arena.ofConfined()) {
            double[] padded = Arrays.copyOf(v, Math.ceilDiv(v.length, 8) * 8);
            MemorySegment vs = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, padded), y = arena.allocate(8L * padded.length);
            loop(isa, vs, vs, y, x -> {
                x.load(0, Mem.at(Gp.RAX));
                body.accept(x, 0);
                x.store(Mem.at(Gp.RDX), 0);
            });
            return Arrays.copyOf(y.toArray(ValueLayout.JAVA_DOUBLE), v.length);
        }
    }

    /** The body for each vector; RAX, RBX and RDX point to the vectors. */
    private static void loop(Isa isa, MemorySegment v, MemorySegment dy, MemorySegment y,
            Consumer<Assembler> body) {
        var x = new Assembler(isa);
        int entry = x.function(() -> {
            x.load(Gp.RAX, Mem.at(Gp.RDI));
            x.load(Gp.RBX, Mem.at(Gp.RDI, 8));
            x.load(Gp.RDX, Mem.at(Gp.RDI, 16));
            x.load(Gp.RCX, Mem.at(Gp.RDI, 24));
            x.loop(Gp.RCX, () -> {
                body.accept(x);
                for (Gp p : List.of(Gp.RAX, Gp.RBX, Gp.RDX)) x.add(p, isa.bytes);
            });
        });
        try (Arena arena = Arena.ofConfined(); CodeMemory memory = CodeMemory.install(x.finish(), 0)) {
            MemorySegment row = arena.allocateFrom(ValueLayout.JAVA_LONG, v.address(), dy.address(), y.address(),
                    y.byteSize() / isa.bytes);
            CodeMemory.call(memory.function(entry), row.address());
        }
    }

    private static double sigmoid(double x) { return 1 / (1 + StrictMath.exp(-x)); }

    private static double gate(double x) { return sigmoid(2 * SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)); }

    private static double density(double x) { return StrictMath.exp(-0.5 * x * x) / StrictMath.sqrt(2 * Math.PI); }

    /** Phi(-x) for x of at least 0, by Simpson's rule. */
    private static double tail(double x) {
        double sum = 0, h = 0x1p-8 / Math.max(1, x / 2);
        for (int i = 0; i < 1 << 12; i += 2)
            sum += h / 3 * (density(x + i * h) + 4 * density(x + (i + 1) * h) + density(x + (i + 2) * h));
        return sum;
    }
}
