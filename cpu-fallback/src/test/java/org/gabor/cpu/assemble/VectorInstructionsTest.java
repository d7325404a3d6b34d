package org.gabor.cpu.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.cpu.assemble.Assembler.Comparison;
import org.gabor.cpu.assemble.Operands.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** objdump reads every instruction on vectors as it was meant, with every kind of operand. */
class VectorInstructionsTest {
    @ParameterizedTest
    @EnumSource
    void registersReadAsMeant(Isa isa) {
        var listing = new Listing(isa);
        for (Vector op : Vector.values()) {
            Readings.Reading reading = Readings.of(op, isa);
            if (reading == null || !reading.takes(false)) continue;
            for (int bytes : lengths(op, isa, reading)) for (int[] registers : Operands.registers(isa)) {
                int[] r = registers.clone();
                if (reading.has('k')) r[0] &= 7;
                int v = reading.has('n') ? r[1] : 0, reg = op.extension >= 0 ? op.extension : r[0];
                listing.add(reading.text(bytes, r, null), () -> {
                    listing.x.vector(op, bytes, reg, v, r[2], 0, false);
                    if (reading.has('i') || reading.has('s')) listing.x.put(Readings.IMMEDIATE);
                });
            }
        }
        listing.check();
    }

    @ParameterizedTest
    @EnumSource
    void memoryReadsAsMeant(Isa isa) {
        var listing = new Listing(isa);
        List<Place> places = Operands.places();
        for (Vector op : Vector.values()) {
            Readings.Reading reading = Readings.of(op, isa);
            if (reading == null || !reading.takes(true)) continue;
            int i = 0;
            for (int bytes : lengths(op, isa, reading)) for (Place p : places) memory(listing, op, bytes, i++, p, reading);
        }
        listing.check();
    }

    @ParameterizedTest
    @EnumSource
    void everyPlaceReadsAsMeant(Isa isa) {
        var listing = new Listing(isa);
        Readings.Reading add = Objects.requireNonNull(Readings.of(Vector.VADDPS, isa));
        int i = 0;
        for (Place p : Operands.allPlaces()) memory(listing, Vector.VADDPS, isa.bytes, i++, p, add);
        listing.check();
    }

    private static void memory(Listing listing, Vector op, int bytes, int i, Place p, Readings.Reading reading) {
        int[][] choice = Operands.registers(listing.x.isa);
        int[] r = choice[i % choice.length].clone();
        if (reading.has('k')) r[0] &= 7;
        boolean immediate = reading.has('i') || reading.has('s');
        listing.add(reading.text(bytes, r, p), () -> {
            listing.x.vector(op, bytes, r[0], reading.has('n') ? r[1] : 0, p.mem(), 0, false, immediate ? 1 : 0);
            if (immediate) listing.x.put(Readings.IMMEDIATE);
        });
    }

    private static int[] lengths(Vector op, Isa isa, Readings.Reading reading) {
        if (op.scalar()) return new int[] {isa.bytes};
        return Arrays.stream(new int[] {16, 32, 64}).filter(b -> b >= reading.least() && b <= isa.bytes).toArray();
    }

    /** What the assembler calls by a shorter name is the instruction of that name, its operands in order. */
    @ParameterizedTest
    @EnumSource
    void theFrequentOnesHaveTheirOperandsInOrder(Isa isa) {
        var listing = new Listing(isa);
        Assembler x = listing.x;
        String v = isa == Isa.AVX512 ? "zmm" : "ymm", word = Operands.size(isa.bytes);
        Mem m = Mem.at(Gp.RSI, 12);
        String from = word + "[rsi+0xc]", abc = " " + v + "1," + v + "2," + v + "3", abm = " " + v + "1," + v + "2," + from;
        listing.add("vmovups " + v + "1," + from, () -> x.load(1, m));
        listing.add("vmovups " + from + "," + v + "1", () -> x.store(m, 1));
        listing.add("vmovups xmm1,XMMWORD PTR [rsi+0xc]", () -> x.load(16, 1, m));
        listing.add("vmovups YMMWORD PTR [rsi+0xc],ymm1", () -> x.store(32, m, 1));
        listing.add("vmovaps " + v + "1," + v + "2", () -> x.move(1, 2));
        listing.add((isa == Isa.AVX512 ? "vpxord" : "vpxor") + " " + v + "1," + v + "1," + v + "1", () -> x.zero(1));
        listing.add("vbroadcastss " + v + "1,DWORD PTR [rsi+0xc]", () -> x.broadcast(1, m));
        listing.add("vaddps" + abc, () -> x.add(1, 2, 3));
        listing.add("vaddps" + abm, () -> x.add(1, 2, m));
        listing.add("vsubps" + abc, () -> x.sub(1, 2, 3));
        listing.add("vsubps" + abm, () -> x.sub(1, 2, m));
        listing.add("vmulps" + abc, () -> x.mul(1, 2, 3));
        listing.add("vmulps" + abm, () -> x.mul(1, 2, m));
        listing.add("vminps" + abc, () -> x.min(1, 2, 3));
        listing.add("vmaxps" + abc, () -> x.max(1, 2, 3));
        listing.add("vfmadd231ps" + abc, () -> x.fma(1, 2, 3));
        listing.add("vfmadd231ps" + abm, () -> x.fma(1, 2, m));
        String half = isa == Isa.AVX512 ? "ymm2" : "xmm2";
        listing.add("vcvtps2pd " + v + "1," + half, () -> x.widen(1, 2));
        listing.add("vcvtps2pd " + v + "1," + Operands.size(isa.bytes / 2) + "[rsi+0xc]", () -> x.widen(1, m));
        listing.add("vdivps" + abc, () -> x.op(Vector.VDIVPS, 1, 2, 3));
        listing.add("vdivps" + abm, () -> x.op(Vector.VDIVPS, 1, 2, m));
        listing.add("vsqrtps " + v + "1," + v + "2", () -> x.op(Vector.VSQRTPS, 1, 2));
        listing.add("vsqrtps " + v + "1," + from, () -> x.op(Vector.VSQRTPS, 1, m));
        listing.add("vshufps" + abc + ",0x4e", () -> x.imm(Vector.VSHUFPS, 1, 2, 3, 0x4E));
        listing.add("vpermilps " + v + "1," + v + "2,0x4e", () -> x.imm(Vector.VPERMILPS, 1, 2, 0x4E));
        listing.add("vshufps xmm1,xmm2,xmm3,0x4e", () -> x.imm(Vector.VSHUFPS, 16, 1, 2, 3, 0x4E));
        listing.add("vaddps xmm1,xmm2,xmm3", () -> x.sized(16, Vector.VADDPS, 1, 2, 3));
        listing.add("vaddps ymm1,ymm2,YMMWORD PTR [rsi+0xc]", () -> x.sized(32, Vector.VADDPS, 1, 2, m));
        listing.add("vpsrld " + v + "1," + v + "2,0x17", () -> x.shift(Vector.VPSRLD, 1, 2, 23));
        listing.check();
        assertThat(x.here()).isPositive();
    }

    @Test
    void oneElementServesAllOfAVector() {
        var listing = new Listing(Isa.AVX512);
        int i = 0;
        for (Place p : Operands.places()) {
            int[] r = Operands.registers(Isa.AVX512)[i++ % 16];
            String operands = Operands.vector(64, r[0]) + "," + Operands.vector(64, r[1]);
            listing.add("vfmadd231ps " + operands + ",DWORD BCST " + p.text(), () -> listing.x.fmaBroadcast(r[0], r[1], p.mem()));
            listing.add("vmulpd " + operands + ",QWORD BCST " + p.text(),
                    () -> listing.x.vectorBroadcast(Vector.VMULPD, 64, r[0], r[1], p.mem()));
        }
        listing.check();
    }

    @ParameterizedTest
    @EnumSource
    void comparisonsReadAsMeant(Isa isa) {
        Map<Comparison, String> names = Map.of(Comparison.EQUAL, "eq", Comparison.LESS, "lt_oq", Comparison.AT_MOST, "le_oq",
                Comparison.UNORDERED, "unord", Comparison.NOT_EQUAL, "neq", Comparison.ORDERED, "ord", Comparison.NOT_AT_MOST,
                "nle_uq", Comparison.AT_LEAST, "ge_oq", Comparison.GREATER, "gt_oq");
        var listing = new Listing(isa);
        for (Comparison c : Comparison.values()) {
            var m = new Mask(5, 9);
            String a = Operands.vector(isa.bytes, 3), b = Operands.vector(isa.bytes, 14);
            String to = isa == Isa.AVX512 ? "k5" : "ymm9";
            listing.add("vcmp" + names.get(c) + "ps " + to + "," + a + "," + b, () -> listing.x.compare(m, c, 3, 14));
            listing.add("vcmp" + names.get(c) + "pd " + to + "," + a + "," + b, () -> listing.x.compareDoubles(m, c, 3, 14));
        }
        listing.check();
    }

    @Test
    void masksInMaskRegistersReadAsMeant() {
        var listing = new Listing(Isa.AVX512);
        Assembler x = listing.x;
        for (int k = 1; k < 8; k++) {
            var m = new Mask(k, 0);
            int a = 3 * k, b = 31 - k, d = 4 * k - 1;
            Place p = Operands.places().get(5 * k);
            String to = Operands.vector(64, d), place = "ZMMWORD PTR " + p.text();
            listing.add("vmovups " + to + "{k" + k + "}{z}," + place, () -> x.loadMasked(d, m, p.mem()));
            listing.add("vmovups " + place + "{k" + k + "}," + to, () -> x.storeMasked(p.mem(), m, d));
            listing.add("vmovaps " + to + "{k" + k + "}{z},zmm" + a, () -> x.keep(d, m, a));
            listing.add("vblendmps " + to + "{k" + k + "},zmm" + b + ",zmm" + a, () -> x.choose(d, m, a, b));
            Gp g = Operands.ALL.get(2 * k);
            listing.add("kmovw " + Operands.half(g) + ",k" + k, () -> x.bits(g, m));
            var other = new Mask(k % 7 + 1, 0);
            listing.add("kandw k" + (8 - k) + ",k" + k + ",k" + other.k(), () -> x.both(new Mask(8 - m.k(), 0), m, other));
            listing.add("korw k" + (8 - k) + ",k" + k + ",k" + other.k(), () -> x.either(new Mask(8 - m.k(), 0), m, other));
            listing.add("vpcmpeqd k" + k + ",zmm" + a + ",zmm" + b, () -> x.equalWords(m, a, b));
        }
        listing.check();
    }

    @Test
    void masksInVectorsReadAsMeant() {
        var listing = new Listing(Isa.AVX2);
        Assembler x = listing.x;
        for (int v = 0; v < 16; v++) {
            var m = new Mask(0, v);
            int a = (v + 5) % 16, b = 15 - v, d = (7 * v + 3) % 16;
            Place p = Operands.places().get(2 * v);
            String to = "ymm" + d, mask = "ymm" + v, place = "YMMWORD PTR " + p.text();
            listing.add("vmaskmovps " + to + "," + mask + "," + place, () -> x.loadMasked(d, m, p.mem()));
            listing.add("vmaskmovps " + place + "," + mask + "," + to, () -> x.storeMasked(p.mem(), m, d));
            listing.add("vpand " + to + "," + mask + ",ymm" + a, () -> x.keep(d, m, a));
            listing.add("vblendvps " + to + ",ymm" + b + ",ymm" + a + "," + mask, () -> x.choose(d, m, a, b));
            listing.add("vmovmskps " + Operands.half(Operands.ALL.get(d)) + "," + mask, () -> x.bits(Operands.ALL.get(d), m));
            listing.add("vpand " + to + "," + mask + ",ymm" + a, () -> x.both(new Mask(0, d), m, new Mask(0, a)));
            listing.add("vpor " + to + "," + mask + ",ymm" + a, () -> x.either(new Mask(0, d), m, new Mask(0, a)));
            listing.add("vpcmpeqd " + mask + ",ymm" + a + ",ymm" + b, () -> x.equalWords(m, a, b));
        }
        listing.check();
    }

    @ParameterizedTest
    @EnumSource
    void gathersReadAsMeant(Isa isa) {
        var listing = new Listing(isa);
        Assembler x = listing.x;
        boolean wide = isa == Isa.AVX512;
        int i = 0;
        for (int[] r : Operands.registers(isa))
            for (Gp base : Gp.values()) {
                var mask = new Mask(1 + i++ % 7, r[2]);
                String d = Operands.vector(isa.bytes, r[0]), k = "k" + mask.k(), v = "ymm" + r[2];
                listing.add(wide ? "kxnorw " + k + "," + k + "," + k : "vpcmpeqd " + v + "," + v + "," + v, () -> x.all(mask));
                String place = " PTR [" + Operands.name(base) + "+" + Operands.vector(isa.bytes, r[1]) + "*1+0x0]";
                listing.add("vpgatherdd " + d + (wide ? "{" + k + "},DWORD" + place : ",DWORD" + place + "," + v),
                        () -> x.gatherWords(r[0], base, r[1], mask));
            }
        listing.check();
    }

    /** A literal lies where the instruction that reads it says, whatever stands behind the address. */
    @ParameterizedTest
    @EnumSource
    void literalsAreFoundBehindTheCode(Isa isa) {
        var x = new Assembler(isa);
        var reads = new LinkedHashMap<Integer, List<Integer>>();
        var literals = new ArrayList<List<Integer>>();
        for (int i = 0; i < 50; i++) {
            int[] words = {i % 20, 7 * i % 20};
            Mem literal = x.words(words);
            var all = new ArrayList<Integer>();
            for (int w = 0; w < isa.lanes(); w++) all.add(words[w % 2]);
            literals.add(all);
            if (i % 3 == 0) {
                x.vector(Vector.VPERMILPS, isa.bytes, i % 16, 0, literal, 0, false, 1);
                reads.put(x.here() - 4, all);
                x.put(0x1B);
            } else if (i % 3 == 1) {
                x.load(i % 16, literal);
                reads.put(x.here() - 4, all);
            } else {
                x.load(Gp.R9, literal);
                reads.put(x.here() - 4, all);
            }
        }
        int end = x.here();
        byte[] code = x.finish();
        ByteBuffer bytes = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(code.length).isEqualTo((end + 63L) / 64 * 64 + literals.stream().distinct().count() * isa.bytes);
        int i = 0;
        for (var read : reads.entrySet()) {
            int next = read.getKey() + 4 + (i++ % 3 == 0 ? 1 : 0), at = next + bytes.getInt(read.getKey());
            for (int w = 0; w < isa.lanes(); w++)
                assertThat(bytes.getInt(at + 4 * w)).isEqualTo(read.getValue().get(w));
            assertThat(at % isa.bytes).isZero();
        }
    }

    @Test
    void whatCannotBeEncodedIsRefused() {
        var avx2 = new Assembler(Isa.AVX2);
        var avx512 = new Assembler(Isa.AVX512);
        assertThatThrownBy(() -> avx2.add(1, 2, 16)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("AVX2");
        assertThatThrownBy(() -> avx2.add(16, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> avx512.add(1, 32, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> avx2.fmaBroadcast(1, 2, Mem.at(Gp.RAX))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> avx2.toDouble(16, Gp.RAX)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> avx512.gatherWords(3, Gp.RAX, 3, new Mask(1, 0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> avx2.gatherWords(3, Gp.RAX, 4, new Mask(1, 4))).isInstanceOf(IllegalArgumentException.class);
        for (Vector op : Vector.values()) {
            for (var x : List.of(avx2, avx512)) {
                boolean known = Readings.of(op, x.isa) != null;
                if (!known) assertThatThrownBy(() -> x.op(op, 1, 2, 3)).as("%s", op).hasMessageContaining(op.name());
                else x.op(op, 1, 2, 3);
            }
        }
        assertThatThrownBy(() -> Mem.at(Gp.RAX, Gp.RSP, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Mem.at(Gp.RAX, Gp.RCX, 3, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Mem.at(Gp.RAX, 1L << 31)).isInstanceOf(ArithmeticException.class);
    }
}
