package org.gabor.cpu.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.Consumer;
import org.gabor.cpu.assemble.Assembler.Comparison;
import org.gabor.cpu.assemble.Assembler.Condition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small functions run on this machine and give what Java gives, for each instruction set that it has. */
class AssembledFunctionsTest {
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE;
    private static final float[] SPECIAL = {0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE, Float.MAX_VALUE, 1.5f};
    private static final int SIZE = 512;

    private final Arena arena = Arena.ofConfined();
    /** What functions read and write: RSI points to {@code in}, RDX to {@code out}. */
    private final MemorySegment in = arena.allocate(SIZE, 64), out = arena.allocate(SIZE, 64), row = arena.allocate(J, 2);

    @AfterEach
    void free() { arena.close(); }

    private void run(Isa isa, Consumer<Assembler> body) {
        assumeTrue(Features.detect().contains(isa), () -> "the processor has no " + isa.label);
        var x = new Assembler(isa);
        x.put(0xCC); // the function starts at the next multiple of 64
        int entry = x.function(() -> {
            x.load(Gp.RSI, Mem.at(Gp.RDI));
            x.load(Gp.RDX, Mem.at(Gp.RDI, 8));
            body.accept(x);
        });
        out.fill((byte) 0x5A);
        row.setAtIndex(J, 0, in.address());
        row.setAtIndex(J, 1, out.address());
        try (CodeMemory memory = CodeMemory.install(x.finish(), 0)) {
            CodeMemory.call(memory.function(entry), row.address());
        }
    }

    private float[] floats(int seed) {
        var random = new Random(seed);
        float[] values = new float[SIZE / 4];
        for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian() * (1 << random.nextInt(20));
        MemorySegment.copy(values, 0, in, F, 0, values.length);
        return values;
    }

    private double[] doubles(int seed) {
        double[] values = new Random(seed).doubles(SIZE / 8, -1e3, 1e3).toArray();
        MemorySegment.copy(values, 0, in, D, 0, values.length);
        return values;
    }

    @ParameterizedTest
    @EnumSource
    void sumsAddHalvesUntilOneIsLeft(Isa isa) {
        float[] x = floats(1);
        run(isa, a -> {
            a.load(3, Mem.at(Gp.RSI));
            a.sum(5, 3, 7);
            a.op(Vector.VMOVSS_STORE, 5, Mem.at(Gp.RDX));
            a.load(3, Mem.at(Gp.RSI));
            a.sum(3, 3, 0);
            a.op(Vector.VMOVSS_STORE, 3, Mem.at(Gp.RDX, 4));
        });
        for (int n = isa.lanes() / 2; n > 0; n /= 2) for (int i = 0; i < n; i++) x[i] += x[i + n];
        assertThat(out.getAtIndex(F, 0)).isEqualTo(x[0]);
        assertThat(out.getAtIndex(F, 1)).isEqualTo(x[0]);
    }

    @ParameterizedTest
    @EnumSource
    void sumsOfDoublesAddHalvesUntilOneIsLeft(Isa isa) {
        double[] x = doubles(2);
        run(isa, a -> {
            a.load(3, Mem.at(Gp.RSI));
            a.sumDoubles(5, 3, 7);
            a.op(Vector.VMOVSD_STORE, 5, Mem.at(Gp.RDX));
        });
        for (int n = isa.lanes() / 4; n > 0; n /= 2) for (int i = 0; i < n; i++) x[i] += x[i + n];
        assertThat(out.getAtIndex(D, 0)).isEqualTo(x[0]);
    }

    @ParameterizedTest
    @EnumSource
    void floatsBecomeDoublesAndComeBack(Isa isa) {
        float[] x = floats(3);
        run(isa, a -> {
            a.load(1, Mem.at(Gp.RSI));
            a.widen(2, 1);
            a.upper(3, 1);
            a.widen(3, 3);
            a.store(Mem.at(Gp.RDX), 2);
            a.store(Mem.at(Gp.RDX, isa.bytes), 3);
            a.widen(4, Mem.at(Gp.RSI, isa.bytes));
            a.store(Mem.at(Gp.RDX, 2L * isa.bytes), 4);
            a.narrow(5, 2, 3, 6);
            a.store(Mem.at(Gp.RDX, 3L * isa.bytes), 5);
            a.move(5, 2);
            a.narrow(5, 5, 3, 6);
            a.store(Mem.at(Gp.RDX, 4L * isa.bytes), 5);
            a.narrow(3, 2, 3, 6);
            a.store(Mem.at(Gp.RDX, 5L * isa.bytes), 3);
        });
        int lanes = isa.lanes();
        for (int i = 0; i < lanes * 3 / 2; i++) assertThat(out.getAtIndex(D, i)).isEqualTo((double) x[i]);
        for (int copy = 3; copy < 6; copy++)
            for (int i = 0; i < lanes; i++) assertThat(out.getAtIndex(F, copy * lanes + i)).as("%d", copy).isEqualTo(x[i]);
    }

    @ParameterizedTest
    @EnumSource
    void theFirstElementsAreReadAndWrittenAndNoOthers(Isa isa) throws Throwable {
        float[] x = floats(4);
        int lanes = isa.lanes(), page = 4096;
        MemorySegment guarded = guarded(page);
        for (int count = 0; count <= lanes; count++) {
            int n = count;
            // the page behind the data cannot be read at all
            MemorySegment.copy(x, 0, guarded, F, page - 4L * n, n);
            in.set(J, 256, guarded.address() + page - 4L * n);
            run(isa, a -> {
                var m = new Mask(3, 13);
                a.first(m, n);
                a.bits(Gp.RAX, m);
                a.store(Mem.at(Gp.RDX, 256), Gp.RAX);
                a.load(Gp.R8, Mem.at(Gp.RSI, 256));
                a.loadMasked(1, m, Mem.at(Gp.R8));
                a.store(Mem.at(Gp.RDX), 1);
                a.loadMasked(2, m, Mem.at(Gp.RSI));
                a.storeMasked(Mem.at(Gp.RDX, 128), m, 2);
                a.storeMasked(Mem.at(Gp.R8), m, 2);
            });
            assertThat(out.get(J, 256)).isEqualTo((1L << n) - 1);
            for (int i = 0; i < lanes; i++) {
                assertThat(out.getAtIndex(F, i)).isEqualTo(i < n ? x[i] : 0f);
                if (i < n) assertThat(out.getAtIndex(F, 32 + i)).isEqualTo(x[i]);
                else assertThat(out.getAtIndex(I, 32 + i)).isEqualTo(0x5A5A5A5A);
            }
        }
    }

    /** A page with a page behind it that nobody may touch; it stays for the life of the process. */
    private static MemorySegment guarded(int page) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var mmap = linker.downcallHandle(linker.defaultLookup().findOrThrow("mmap"), FunctionDescriptor.of(J, J, J, I, I, I, J));
        var mprotect = linker.downcallHandle(linker.defaultLookup().findOrThrow("mprotect"), FunctionDescriptor.of(I, J, J, I));
        long address = (long) mmap.invokeExact(0L, 2L * page, 3, 0x22, -1, 0L);
        assertThat((int) mprotect.invokeExact(address + page, (long) page, 0)).isZero();
        return MemorySegment.ofAddress(address).reinterpret(page);
    }

    @ParameterizedTest
    @EnumSource
    void comparisonsAreThoseOfJava(Isa isa) {
        int lanes = isa.lanes(), doubles = lanes / 2, wordsOfDouble = isa == Isa.AVX512 ? 1 : 2;
        for (int shift = 0; shift < SPECIAL.length; shift++) {
            float[] a = new float[lanes], b = new float[lanes];
            for (int i = 0; i < lanes; i++) {
                a[i] = SPECIAL[i % SPECIAL.length];
                b[i] = SPECIAL[(i + shift) % SPECIAL.length];
                in.setAtIndex(F, i, a[i]);
                in.setAtIndex(F, 16 + i, b[i]);
            }
            for (Comparison c : Comparison.values()) {
                run(isa, x -> {
                    var m = new Mask(2, 11);
                    x.load(1, Mem.at(Gp.RSI));
                    x.load(2, Mem.at(Gp.RSI, 64));
                    x.compare(m, c, 1, 2);
                    x.bits(Gp.R9, m);
                    x.store(Mem.at(Gp.RDX), Gp.R9);
                    x.widen(1, 1);
                    x.widen(2, 2);
                    x.compareDoubles(m, c, 1, 2);
                    x.bits(Gp.R9, m);
                    x.store(Mem.at(Gp.RDX, 8), Gp.R9);
                });
                long floats = 0, wide = 0;
                for (int i = 0; i < lanes; i++) {
                    if (!holds(c, a[i], b[i])) continue;
                    floats |= 1L << i;
                    if (i < doubles) for (int w = 0; w < wordsOfDouble; w++) wide |= 1L << i * wordsOfDouble + w;
                }
                assertThat(out.get(J, 0)).as("%s of floats", c).isEqualTo(floats);
                assertThat(out.get(J, 8)).as("%s of doubles", c).isEqualTo(wide);
            }
        }
    }

    private static boolean holds(Comparison c, float a, float b) {
        return switch (c) {
            case EQUAL -> a == b;
            case LESS -> a < b;
            case AT_MOST -> a <= b;
            case UNORDERED -> Float.isNaN(a) || Float.isNaN(b);
            case NOT_EQUAL -> a != b;
            case ORDERED -> !Float.isNaN(a) && !Float.isNaN(b);
            case NOT_AT_MOST -> !(a <= b);
            case AT_LEAST -> a >= b;
            case GREATER -> a > b;
        };
    }

    @ParameterizedTest
    @EnumSource
    void masksChooseAndCombine(Isa isa) {
        int lanes = isa.lanes();
        int[] a = new Random(5).ints(lanes).toArray(), b = new Random(6).ints(lanes).toArray();
        for (int i = 0; i < lanes; i += 3) b[i] = a[i];
        MemorySegment.copy(a, 0, in, I, 0, lanes);
        MemorySegment.copy(b, 0, in, I, 64, lanes);
        run(isa, x -> {
            Mask same = new Mask(1, 10), above = new Mask(2, 11), both = new Mask(3, 12), either = new Mask(4, 13);
            x.load(1, Mem.at(Gp.RSI));
            x.load(2, Mem.at(Gp.RSI, 64));
            x.equalWords(same, 1, 2);
            x.compareUnsignedAtLeast(above, 1, 2, 7);
            x.both(both, same, above);
            x.either(either, same, above);
            int at = 0;
            for (Mask m : new Mask[] {same, above, both, either}) {
                x.bits(Gp.RBP, m);
                x.store(Mem.at(Gp.RDX, at), Gp.RBP);
                at += 8;
            }
            x.choose(3, above, 1, 2);
            x.store(Mem.at(Gp.RDX, 64), 3);
            x.keep(4, same, 1);
            x.store(Mem.at(Gp.RDX, 128), 4);
        });
        long same = 0, above = 0;
        for (int i = 0; i < lanes; i++) {
            if (a[i] == b[i]) same |= 1L << i;
            if (Integer.compareUnsigned(a[i], b[i]) >= 0) above |= 1L << i;
            assertThat(out.getAtIndex(I, 16 + i)).isEqualTo(Integer.compareUnsigned(a[i], b[i]) >= 0 ? a[i] : b[i]);
            assertThat(out.getAtIndex(I, 32 + i)).isEqualTo(a[i] == b[i] ? a[i] : 0);
        }
        assertThat(new long[] {out.get(J, 0), out.get(J, 8), out.get(J, 16), out.get(J, 24)})
                .containsExactly(same, above, same & above, same | above);
    }

    @ParameterizedTest
    @EnumSource
    void literalsFillAVector(Isa isa) {
        run(isa, x -> {
            x.load(1, x.literal(1.25f));
            x.store(Mem.at(Gp.RDX), 1);
            x.load(1, x.literal(Math.PI));
            x.store(Mem.at(Gp.RDX, 64), 1);
            x.load(1, x.literal(0x123456789ABCDEFL));
            x.store(Mem.at(Gp.RDX, 128), 1);
            x.load(1, x.literal(-7));
            x.store(Mem.at(Gp.RDX, 192), 1);
            x.load(1, x.words(1, 2, 3, 4));
            x.add(1, 1, x.words(1, 2, 3, 4));
            x.store(Mem.at(Gp.RDX, 256), 1);
        });
        for (int i = 0; i < isa.lanes(); i++) {
            assertThat(out.getAtIndex(F, i)).isEqualTo(1.25f);
            assertThat(out.getAtIndex(D, 8 + i / 2)).isEqualTo(Math.PI);
            assertThat(out.getAtIndex(J, 16 + i / 2)).isEqualTo(0x123456789ABCDEFL);
            assertThat(out.getAtIndex(I, 48 + i)).isEqualTo(-7);
            assertThat(out.getAtIndex(F, 64 + i)).isEqualTo(2 * Float.intBitsToFloat(i % 4 + 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void loopsRunAsOftenAsTheyShould(Isa isa) {
        long[] counts = {0, 1, 2, 3, 100, 70_000};
        run(isa, x -> {
            for (int i = 0; i < counts.length; i++) {
                x.move(Gp.RAX, 0);
                x.loop(Gp.RCX, counts[i], () -> x.loop(Gp.R12, 3, () -> x.add(Gp.RAX, 1)));
                x.store(Mem.at(Gp.RDX, 8L * i), Gp.RAX);
            }
            // a count that is known at run time only
            x.load(Gp.R15, Mem.at(Gp.RDX, 16));
            x.move(Gp.RAX, 0);
            x.loop(Gp.R15, () -> x.add(Gp.RAX, 1000));
            x.store(Mem.at(Gp.RDX, 64), Gp.RAX);
        });
        for (int i = 0; i < counts.length; i++) assertThat(out.getAtIndex(J, i)).isEqualTo(3 * counts[i]);
        assertThat(out.get(J, 64)).isEqualTo(6000);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsForOtherNumbersThanZeroIsLeftOutForZero(Isa isa) {
        run(isa, x -> {
            x.move(Gp.RAX, 0);
            x.move(Gp.RCX, 0);
            x.unlessZero(Gp.RCX, () -> x.add(Gp.RAX, 1));
            x.move(Gp.R14, 1L << 40);
            x.unlessZero(Gp.R14, () -> x.add(Gp.RAX, 2));
            x.store(Mem.at(Gp.RDX), Gp.RAX);
        });
        assertThat(out.get(J, 0)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void aMaskTakesAsManyAsARegisterSays(Isa isa) {
        for (int n : new int[] {-1, 0, 1, isa.lanes() - 1, isa.lanes(), 1000}) {
            in.set(J, 0, n);
            run(isa, x -> {
                var m = new Mask(3, 13);
                x.load(Gp.R9, Mem.at(Gp.RSI));
                x.first(m, Gp.R9, 5);
                x.bits(Gp.RAX, m);
                x.store(Mem.at(Gp.RDX), Gp.RAX);
            });
            assertThat(out.get(J, 0)).isEqualTo((1L << Math.clamp(n, 0, isa.lanes())) - 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void integersAreLoadedWithAndWithoutTheirSign(Isa isa) {
        in.set(J, 0, 0xFEDCBA9876543298L);
        in.set(J, 8, -5);
        run(isa, x -> {
            x.load32(Gp.R9, Mem.at(Gp.RSI, 4));
            x.store(Mem.at(Gp.RDX), Gp.R9);
            x.loadSigned32(Gp.R9, Mem.at(Gp.RSI, 4));
            x.store(Mem.at(Gp.RDX, 8), Gp.R9);
            x.load8(Gp.RBP, Mem.at(Gp.RSI));
            x.store(Mem.at(Gp.RDX, 16), Gp.RBP);
            x.load(Gp.RDI, Mem.at(Gp.RSI, 8));
            x.store8(Mem.at(Gp.RDX, 24), Gp.RDI);
            x.toDouble(3, Gp.RDI);
            x.op(Vector.VMOVSD_STORE, 3, Mem.at(Gp.RDX, 32));
            x.toVector(4, Gp.RDI);
            x.store(Mem.at(Gp.RDX, 64), 4);
            x.fromVector(Gp.R11, 4);
            x.store(Mem.at(Gp.RDX, 40), Gp.R11);
        });
        assertThat(out.get(J, 0)).isEqualTo(0xFEDCBA98L);
        assertThat(out.get(J, 8)).isEqualTo(0xFFFFFFFFFEDCBA98L);
        assertThat(out.get(J, 16)).isEqualTo(0x98);
        assertThat(out.get(J, 24)).isEqualTo(0x5A5A5A5A5A5A5AFBL);
        assertThat(out.get(D, 32)).isEqualTo(-5.0);
        assertThat(out.get(J, 40)).isEqualTo(0xFFFFFFFBL);
        assertThat(out.get(J, 64)).isEqualTo(0xFFFFFFFBL);
        assertThat(out.get(J, 72)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void jumpsAreTakenAsTheirConditionSays(Isa isa) {
        long[] values = {0, 1, -1, 5, Long.MIN_VALUE, Long.MAX_VALUE};
        for (long a : values) for (long b : values) for (Condition c : Condition.values()) {
            if (c == Condition.PARITY) continue;
            in.set(J, 0, a);
            in.set(J, 8, b);
            run(isa, x -> {
                var taken = new Encoder.Label();
                x.load(Gp.RAX, Mem.at(Gp.RSI));
                x.load(Gp.RCX, Mem.at(Gp.RSI, 8));
                x.move(Gp.R8, 1);
                x.compare(Gp.RAX, Gp.RCX);
                x.jump(c, taken);
                x.move(Gp.R8, 0);
                x.bind(taken);
                x.store(Mem.at(Gp.RDX), Gp.R8);
            });
            assertThat(out.get(J, 0) == 1).as("%d %s %d", a, c, b).isEqualTo(holds(c, a, b));
        }
    }

    private static boolean holds(Condition c, long a, long b) {
        int unsigned = Long.compareUnsigned(a, b);
        return switch (c) {
            case BELOW -> unsigned < 0;
            case NOT_BELOW -> unsigned >= 0;
            case ZERO -> a == b;
            case NOT_ZERO -> a != b;
            case NOT_ABOVE -> unsigned <= 0;
            case ABOVE -> unsigned > 0;
            case PARITY -> throw new IllegalArgumentException();
            case LESS -> a < b;
            case NOT_LESS -> a >= b;
            case NOT_GREATER -> a <= b;
            case GREATER -> a > b;
        };
    }

    /** The registers that belong to the caller come back; were they lost, the JVM would fall. */
    @ParameterizedTest
    @EnumSource
    void allRegistersMayBeUsed(Isa isa) {
        run(isa, x -> {
            for (int v = 0; v < isa.registers; v++) x.load(v, Mem.at(Gp.RSI));
            x.move(Gp.RAX, 17);
            x.store(Mem.at(Gp.RDX), Gp.RAX);
            for (Gp g : Gp.values()) if (g != Gp.RSP) x.move(g, 0xDEADBEEF00000000L + g.number);
        });
        assertThat(out.get(J, 0)).isEqualTo(17);
    }
}
