package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.assertj.core.data.Offset;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.JavaEmitter;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Pointwise.Along;
import org.gabor.cpu.kernel.Pointwise.Draws;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Instruction;
import org.gabor.cpu.kernel.Pointwise.Operand;
import org.gabor.cpu.kernel.Pointwise.Operator;
import org.gabor.cpu.kernel.Pointwise.Source;
import org.gabor.graph.Activation;
import org.gabor.graph.Pointwise.Dropout;
import org.gabor.random.Philox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Chains by every emitter, element by element against what the description says, and nothing else written. */
class PointwiseTest {
    private static final long F = Float.BYTES;
    private static final int SIZE = 200_000;

    private final Random random = new Random(3);
    private final OffHeap a = OffHeap.allocate(F * SIZE, "a"), b = OffHeap.allocate(F * SIZE, "b"),
            y = OffHeap.allocate(F * SIZE, "y"), z = OffHeap.allocate(F * SIZE, "z"), words = OffHeap.allocate(64, "words"),
            untouched = OffHeap.allocate(F * SIZE, "untouched");

    PointwiseTest() {
        for (OffHeap operand : List.of(a, b)) {
            MemorySegment m = all(operand);
            for (long i = 0; i < SIZE; i++) m.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        all(untouched).fill((byte) -1);
        MemorySegment m = all(words);
        for (int i = 0; i < 4; i++) m.setAtIndex(ValueLayout.JAVA_INT, i, random.nextInt());
    }

    @AfterEach
    void free() { List.of(a, b, y, z, words, untouched).forEach(OffHeap::free); }

    static Stream<Emitter> emitters() { return Emitters.all(); }

    static Stream<Arguments> runs() {
        return Emitters.all().flatMap(e -> Stream.of(1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100, 500, 16384, 16400, 50_000)
                .map(run -> Arguments.of(e, run)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void runsOfAnyLength(Emitter emitter, int run) {
        var code = new Code(run);
        int sum = code.add(code.load(code.operand(a.address())), code.load(code.operand(b.address())));
        code.store(sum, code.operand(y.address()));
        check(emitter, code.kernel(0));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void runsWithGapsInLoops(Emitter emitter, int run) {
        int outer = Math.max(1, Math.min(12, SIZE / (4 * (run + 3))));
        var code = new Code(List.of(outer, 3), run);
        int x = code.load(code.operand(a.address(), Element.F32, List.of(F * 3 * (run + 1), F * (run + 1))));
        int row = code.load(code.operand(b.address(), Element.F32, List.of(0L, 0L)));
        int single = code.single(b.address() + F, List.of(F, F * 5));
        int value = code.timesSingle(code.add(x, row), single);
        code.store(value, code.operand(y.address(), Element.F32, List.of(F * 3 * (run + 3), F * (run + 3))));
        check(emitter, code.kernel(0));
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void everyOperation(Emitter emitter) {
        for (Operator f : Operator.values())
            for (int form = 0; form < 3; form++) {
                var code = new Code(1000);
                int x = code.load(code.operand(a.address()));
                Source second = switch (form) {
                    case 0 -> new Source.Register(code.load(code.operand(b.address())));
                    case 1 -> new Source.Single(code.single(b.address()));
                    default -> new Source.Constant(0.3f);
                };
                code.store(code.combine(f, x, second), code.operand(y.address()));
                check(emitter, code.kernel(0));
            }
        var code = new Code(77);
        int root = code.root(code.times(code.load(code.operand(a.address())), code.load(code.operand(a.address()))));
        int three = code.fill(new Source.Constant(3)), one = code.fill(new Source.Single(code.single(b.address())));
        code.store(code.add(code.add(root, three), one), code.operand(y.address()));
        check(emitter, code.kernel(0));
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void limitsKeepNaN(Emitter emitter) {
        all(a).setAtIndex(ValueLayout.JAVA_FLOAT, 3, Float.NaN);
        all(b).setAtIndex(ValueLayout.JAVA_FLOAT, 5, Float.NaN);
        for (Operator f : List.of(Operator.MIN, Operator.MAX)) {
            var code = new Code(20);
            int x = code.load(code.operand(a.address())), other = code.load(code.operand(b.address()));
            code.store(code.combine(f, x, new Source.Register(other)), code.operand(y.address()));
            code.store(code.combine(f, x, new Source.Constant(0)), code.operand(z.address()));
            Emitters.run(emitter, code.kernel(0));
            assertThat(read(y.address() + 3 * F)).isNaN();
            assertThat(read(y.address() + 5 * F)).isNaN();
            assertThat(read(z.address() + 3 * F)).isNaN();
        }
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void pixelsAndElementsThatAreNotSideBySide(Emitter emitter) {
        for (int run : new int[] {5, 16, 70, 333}) {
            var code = new Code(List.of(3), run);
            int pixels = code.load(code.operand(a.address(), Element.U8, List.of((long) run)));
            int apart = code.load(code.operand(b.address(), new Along(1, 1, 12, 0, 0), List.of(F * 3 * run)));
            code.store(code.add(pixels, apart), code.operand(y.address(), Element.F32, List.of(F * run)));
            check(emitter, code.kernel(0));
        }
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void imagesSideBySide(Emitter emitter) {
        var code = new Code(List.of(2, 3), 5 * 16);
        int x = code.load(code.operand(a.address(), Element.F32, List.of(F * 240, F * 80)));
        int perImage = code.load(code.operand(b.address(), new Along(1, 16, 0, 0, F), List.of(F * 48, F * 16)));
        int perPixel = code.load(code.operand(b.address(), new Along(1, 16, F, 0, 0), List.of(0L, F * 5)));
        int scaled = code.add(code.times(x, perImage), perPixel);
        code.store(scaled, code.operand(y.address(), Element.F32, List.of(F * 240, F * 80)));
        check(emitter, code.kernel(0));
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void channelsLast(Emitter emitter) {
        for (int channels : new int[] {3, 8, 16, 20, 32, 64, 100, 128})
            for (int lanes : new int[] {1, 16}) {
                int run = 6 * channels * lanes;
                var code = new Code(List.of(3, 2), run);
                List<Long> strides = List.of(F * 2 * run, F * run);
                int x = code.load(code.operand(a.address(), Element.F32, strides));
                int row = code.load(code.operand(b.address(), new Along(channels, lanes, 0, F, 0), List.of(0L, 0L)));
                int gate = code.load(code.operand(b.address(), new Along(channels, lanes, 0, F * lanes, lanes > 1 ? F : 0),
                        List.of(F * channels * lanes, 0L)));
                int perPixel = code.load(code.operand(b.address(), new Along(channels, lanes, F, 0, 0), List.of(F * 12, F * 6)));
                int logical = code.load(code.operand(b.address(), new Along(channels, lanes, F, F * 12, F * 12 * channels),
                        List.of(F * 12 * lanes * channels, F * 6)));
                int sum = code.add(code.add(code.times(x, row), code.times(gate, perPixel)), logical);
                code.store(sum, code.operand(y.address(), Element.F32, strides));
                check(emitter, code.kernel(0), 1);
            }
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void aGuardStopsIt(Emitter emitter) {
        all(y).fill((byte) 0);
        var code = new Code(50);
        code.store(code.load(code.operand(a.address())), code.operand(y.address()));
        Emitters.run(emitter, code.kernel(words.address()));
        assertThat(read(y.address())).isZero();
        all(words).fill((byte) 0);
        Emitters.run(emitter, code.kernel(words.address()));
        assertThat(read(y.address())).isEqualTo(read(a.address()));
    }

    @ParameterizedTest
    @MethodSource("emitters")
    void dropoutDrawsAsPhiloxSays(Emitter emitter) {
        for (double rate : new double[] {0, 0.3, 0.9})
            for (int run : new int[] {1, 13, 64, 1001, 40_000}) {
                var code = new Code(run);
                int dropped = code.drop(code.load(code.operand(a.address())), draws(rate, 1, 1, run));
                code.store(code.drop(dropped, draws(0.25, 1, 1, run)), code.operand(y.address()));
                check(emitter, code.kernel(0));
            }
        for (int lanes : new int[] {1, 16})
            for (int channels : new int[] {1, 3, 16, 37}) {
                // two blocks of images of 2 x 5 pixels
                int row = 5 * channels * lanes;
                var code = new Code(List.of(2, 2), row);
                int x = code.load(code.operand(a.address(), Element.F32, List.of(F * 3 * row, F * (row + 1))));
                int dropped = code.drop(x, draws(0.4, lanes, channels, 10L * channels));
                code.store(dropped, code.operand(y.address(), Element.F32, List.of(F * 2 * row, F * row)));
                check(emitter, code.kernel(0));
            }
    }

    private Draws draws(double rate, int lanes, int channels, long image) {
        return new Draws(new Dropout(rate, 5), words.address(), words.address() + 8, words.address() + 12,
                lanes, channels, image);
    }

    /** Fifty values that are needed to the end, and many operands: more than any processor has registers for. */
    @ParameterizedTest
    @MethodSource("emitters")
    void moreValuesAndOperandsThanRegisters(Emitter emitter) {
        var code = new Code(List.of(3), 37);
        var values = new ArrayList<Integer>();
        for (int i = 0; i < 25; i++) {
            int x = code.load(code.operand((i % 2 == 0 ? a : b).address() + F * i * 3, Element.F32, List.of(F * (40 + i))));
            values.add(code.apply(new Activation.Gelu(), x));
            values.add(code.times(x, 0.5 + i));
        }
        int sum = values.getFirst();
        for (int v : values) sum = code.add(sum, v);
        for (int v : values.reversed()) sum = code.times(code.minus(sum, v), 0.9);
        code.store(sum, code.operand(y.address(), Element.F32, List.of(F * 40)));
        check(emitter, code.kernel(0), 100);
    }

    static Stream<Arguments> activations() {
        var all = List.of(new Activation.Relu(), new Activation.Tanh(), new Activation.Sigmoid(), new Activation.LeakyRelu(0.1),
                new Activation.Relu6(), new Activation.Elu(0.7), new Activation.HardSigmoid(), new Activation.HardSwish(),
                new Activation.Silu(), new Activation.Gelu(), new Activation.GeluTanh(), new Activation.Affine(2, 1),
                new Activation.Reciprocal());
        return Emitters.all().flatMap(e -> all.stream().map(f -> Arguments.of(e, f)));
    }

    /** The functions themselves are measured elsewhere; here they are as Java's. */
    @ParameterizedTest
    @MethodSource("activations")
    void activationsAndSlopes(Emitter emitter, Activation f) {
        var code = new Code(200);
        int x = code.load(code.operand(a.address())), dy = code.load(code.operand(b.address()));
        code.store(code.apply(f, x), code.operand(y.address()));
        code.store(code.slope(f, x, dy), code.operand(z.address()));
        Emitters.run(new JavaEmitter(), code.kernel(0));
        float[] values = floats(y), slopes = floats(z);
        Emitters.run(emitter, code.kernel(0));
        for (int i = 0; i < values.length; i++) {
            assertThat(read(y.address() + i * F)).isEqualTo(values[i], within(values[i]));
            assertThat(read(z.address() + i * F)).isEqualTo(slopes[i], within(slopes[i]));
        }
    }

    private static Offset<Float> within(float v) {
        return Assertions.within(1e-6f * (Math.abs(v) + 1));
    }

    private static float[] floats(OffHeap m) { return all(m).asSlice(0, F * 200).toArray(ValueLayout.JAVA_FLOAT); }

    /** Runs the kernel and compares, element by element. */
    private void check(Emitter emitter, Pointwise p) { check(emitter, p, 1e-3); }

    /** The same, errors being relative to values of at least {@code least}. */
    private void check(Emitter emitter, Pointwise p, double least) {
        MemorySegment result = all(y);
        result.fill((byte) -1);
        Emitters.run(emitter, p);
        int[] at = new int[p.counts().size()];
        long runs = 1;
        for (int count : p.counts()) runs *= count;
        for (long run = 0; run < runs; run++) {
            long rest = run;
            for (int i = at.length - 1; i >= 0; i--) {
                at[i] = (int) (rest % p.counts().get(i));
                rest /= p.counts().get(i);
            }
            for (int j = 0; j < p.run(); j++) {
                double[] r = new double[p.registers()];
                for (Instruction i : p.code()) {
                    if (i instanceof Instruction.Store s) {
                        long place = address(p.operands().get(s.operand()), at) + F * j;
                        double expected = r[s.register()], most = 1e-5 * Math.max(least, Math.abs(expected));
                        assertThat(read(place)).as("run %s, element %s of %s", run, j, p.counts())
                                .isCloseTo((float) expected, Assertions.within((float) most));
                        result.set(ValueLayout.JAVA_INT, place - y.address(), -1);
                    } else step(p, i, r, at, run, j);
                }
            }
        }
        assertThat(result.mismatch(all(untouched))).as("where else it wrote").isEqualTo(-1);
    }

    private static void step(Pointwise p, Instruction instruction, double[] r, int[] at, long run, int j) {
        switch (instruction) {
            case Instruction.Load l -> {
                Operand o = p.operands().get(l.operand());
                Along a = o.along();
                long place = address(o, at) + j / a.period() * a.pixel() + j / a.lanes() % a.channels() * a.channel()
                        + j % a.lanes() * a.lane();
                r[l.register()] = o.element() == Element.F32 ? read(place)
                        : Memory.segment(place, 1).get(ValueLayout.JAVA_BYTE, 0) & 255;
            }
            case Instruction.Fill f -> r[f.register()] = source(p, f.source(), r, at);
            case Instruction.Root s -> r[s.register()] = Math.sqrt(r[s.x()]);
            case Instruction.Apply s -> {
                double x = r[s.x()], t = 1 / (1 + 0.3275911 * Math.abs(x) / Math.sqrt(2));
                // the only function of these tests: GELU with erf by Abramowitz and Stegun, 7.1.26
                double erf = 1 - t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
                        * Math.exp(-x * x / 2);
                r[s.register()] = x * (1 + Math.copySign(erf, x)) / 2;
            }
            case Instruction.Combine c -> {
                double x = r[c.x()], y = source(p, c.y(), r, at);
                r[c.register()] = switch (c.f()) {
                    case ADD -> x + y;
                    case SUB -> x - y;
                    case MUL -> x * y;
                    case DIV -> x / y;
                    case MIN -> Math.min(x, y);
                    case MAX -> Math.max(x, y);
                };
            }
            case Instruction.Drop d -> {
                Draws draws = d.draws();
                long element = run * p.run() + j, lane = element % draws.lanes(), inBlock = element / draws.lanes();
                long image = inBlock / draws.image() * draws.lanes() + lane, inImage = inBlock % draws.image();
                long index = image * draws.image() + inImage % draws.channels() * (draws.image() / draws.channels())
                        + inImage / draws.channels();
                int[] drawn = new int[4];
                Philox.block(word(draws.seed()), word(draws.seed() + 4), (int) (index / 4), word(draws.step()),
                        word(draws.epoch()), draws.op().stream(), drawn);
                boolean kept = Integer.toUnsignedLong(drawn[(int) (index % 4)]) >= Math.round(draws.op().rate() * 0x1p32);
                r[d.register()] = kept ? r[d.x()] / (1 - draws.op().rate()) : 0;
            }
            default -> throw new AssertionError(instruction);
        }
    }

    private static double source(Pointwise p, Source source, double[] r, int[] at) {
        return switch (source) {
            case Source.Register s -> r[s.index()];
            case Source.Single s -> read(address(p.operands().get(s.operand()), at));
            case Source.Constant c -> c.value();
        };
    }

    private static long address(Operand o, int[] at) {
        long address = o.address();
        for (int i = 0; i < at.length; i++) address += at[i] * o.strides().get(i);
        return address;
    }

    private static MemorySegment all(OffHeap m) { return Memory.segment(m.address(), m.bytes()); }

    private static float read(long address) { return Memory.segment(address, F).get(ValueLayout.JAVA_FLOAT, 0); }

    private static int word(long address) { return Memory.segment(address, 4).get(ValueLayout.JAVA_INT, 0); }
}
