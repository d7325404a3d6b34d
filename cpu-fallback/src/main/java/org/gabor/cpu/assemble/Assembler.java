package org.gabor.cpu.assemble;

import java.util.Arrays;
import java.util.List;
import org.gabor.cpu.assemble.Vector.Prefix;

/**
 * Instructions as methods, for one instruction set. Vectors are numbered from 0 to {@link Isa#registers} - 1 and have
 * {@link Isa#bytes} unless a method says otherwise; the destination comes first. What the two instruction sets do in
 * different ways (masks, comparisons, tails) has one method here.
 */
final class Assembler extends Encoder {
    private static final Gp[] SAVED = {Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15};

    /** How two numbers compare; comparisons with NaN are false, but for NOT_EQUAL, UNORDERED and NOT_AT_MOST. */
    enum Comparison {
        EQUAL(0), LESS(17), AT_MOST(18), UNORDERED(3), NOT_EQUAL(4), ORDERED(7), NOT_AT_MOST(22), AT_LEAST(29), GREATER(30);

        private final int predicate;

        Comparison(int predicate) {
            this.predicate = predicate;
        }
    }

    /** When a jump is taken, after a comparison of integers or flags. */
    enum Condition {
        BELOW(0x2), NOT_BELOW(0x3), ZERO(0x4), NOT_ZERO(0x5), NOT_ABOVE(0x6), ABOVE(0x7), PARITY(0xA), LESS(0xC),
        NOT_LESS(0xD), NOT_GREATER(0xE), GREATER(0xF);

        private final int code;

        Condition(int code) {
            this.code = code;
        }
    }

    Assembler(Isa isa) {
        super(isa);
    }

    /** A function of one argument in RDI; {@code body} may use all registers but RSP. Returns where it starts. */
    int function(Runnable body) {
        align(64);
        int entry = here();
        for (Gp r : SAVED) push(r);
        body.run();
        for (int i = SAVED.length - 1; i >= 0; i--) pop(SAVED[i]);
        put(0xC5, 0xF8, 0x77, 0xC3); // vzeroupper; ret
        return entry;
    }

    // general registers, 64 bits unless said otherwise

    void push(Gp r) { stack(0x50, r); }

    void pop(Gp r) { stack(0x58, r); }

    private void stack(int opcode, Gp r) {
        if (r.number > 7) put(0x41);
        put(opcode | r.number & 7);
    }

    void move(Gp d, Gp s) { if (d != s) general(1, s.number, d, 0x89); }

    void move(Gp d, long v) {
        if (v == (int) v) {
            general(1, 0, d, 0xC7);
            put32((int) v);
        } else {
            put(0x48 | bit(d.number, 3), 0xB8 | d.number & 7);
            put32((int) v);
            put32((int) (v >> 32));
        }
    }

    void load(Gp d, Mem m) { general(1, d.number, m, 0, 0x8B); }

    void store(Mem m, Gp s) { general(1, s.number, m, 0, 0x89); }

    /** d = 32 bits, the upper half zero. */
    void load32(Gp d, Mem m) { general(0, d.number, m, 0, 0x8B); }

    /** d = 32 bits with their sign. */
    void loadSigned32(Gp d, Mem m) { general(1, d.number, m, 0, 0x63); }

    /** d = a byte, the rest zero. */
    void load8(Gp d, Mem m) { general(1, d.number, m, 0, 0x0F, 0xB6); }

    void store32(Mem m, Gp s) { general(0, s.number, m, 0, 0x89); }

    void store8(Mem m, Gp s) { general(0, s.number, m, 0, 0x88); }

    void lea(Gp d, Mem m) { general(1, d.number, m, 0, 0x8D); }

    void add(Gp d, Gp s) { general(1, s.number, d, 0x01); }

    void sub(Gp d, Gp s) { general(1, s.number, d, 0x29); }

    void and(Gp d, Gp s) { general(1, s.number, d, 0x21); }

    void or(Gp d, Gp s) { general(1, s.number, d, 0x09); }

    void xor(Gp d, Gp s) { general(1, s.number, d, 0x31); }

    void add(Gp d, Mem m) { general(1, d.number, m, 0, 0x03); }

    void add(Gp d, long v) {
        if (v == 0) return;
        if (v == (byte) v) general(1, 0, d, 0x83);
        else general(1, 0, d, 0x81);
        immediate(Math.toIntExact(v));
    }

    void and(Gp d, int v) { arithmetic(4, d, v); }

    void multiply(Gp d, Gp s) { general(1, d.number, s, 0x0F, 0xAF); }

    void multiply(Gp d, Gp s, int v) {
        general(1, d.number, s, 0x69);
        put32(v);
    }

    void shiftLeft(Gp d, int bits) {
        general(1, 4, d, 0xC1);
        put(bits);
    }

    void shiftRight(Gp d, int bits) {
        general(1, 5, d, 0xC1);
        put(bits);
    }

    void compare(Gp a, int v) { arithmetic(7, a, v); }

    void compare(Gp a, Gp b) { general(1, b.number, a, 0x39); }

    void compare(Gp a, Mem m) { general(1, a.number, m, 0, 0x3B); }

    void test(Gp a, Gp b) { general(1, b.number, a, 0x85); }

    private void arithmetic(int extension, Gp d, int v) {
        general(1, extension, d, v == (byte) v ? 0x83 : 0x81);
        immediate(v);
    }

    private void immediate(int v) {
        if (v == (byte) v) put(v);
        else put32(v);
    }

    void jump(Label label) {
        put(0xE9);
        distance(label);
    }

    void jump(Condition when, Label label) {
        put(0x0F, 0x80 | when.code);
        distance(label);
    }

    void prefetch(Mem m) { general(0, 1, m, 0, 0x0F, 0x18); }

    /** {@code body}, {@code count} times; the counter is used up. */
    void loop(Gp counter, long count, Runnable body) {
        if (count == 1) {
            body.run();
        } else if (count > 0) {
            move(counter, count);
            loop(counter, body);
        }
    }

    /** {@code body} as often as the counter says, at least once; the counter is used up. */
    void loop(Gp counter, Runnable body) {
        align(32);
        var top = new Label();
        bind(top);
        body.run();
        general(1, 1, counter, 0xFF); // dec
        jump(Condition.NOT_ZERO, top);
    }

    /** {@code body} if r is not zero. */
    void unlessZero(Gp r, Runnable body) {
        var zero = new Label();
        test(r, r);
        jump(Condition.ZERO, zero);
        body.run();
        bind(zero);
    }

    // literals, as often as a vector takes

    Mem literal(float v) { return words(Float.floatToRawIntBits(v)); }

    Mem literal(int v) { return words(v); }

    Mem literal(double v) { return literal(Double.doubleToRawLongBits(v)); }

    Mem literal(long v) { return words((int) v, (int) (v >> 32)); }

    /** The words, repeated until the vector is full. */
    Mem words(int... words) {
        var all = new Integer[isa.lanes()];
        for (int i = 0; i < all.length; i++) all[i] = words[i % words.length];
        return literal(List.of(all));
    }

    // vectors: any instruction

    void op(Vector op, int d, int a, int b) { vector(op, isa.bytes, d, a, b, 0, false); }

    void op(Vector op, int d, int a, Mem m) { vector(op, isa.bytes, d, a, m, 0, false, 0); }

    void op(Vector op, int d, int s) { vector(op, isa.bytes, d, 0, s, 0, false); }

    void op(Vector op, int d, Mem m) { vector(op, isa.bytes, d, 0, m, 0, false, 0); }

    /** With an immediate byte behind it. */
    void imm(Vector op, int d, int a, int b, int immediate) { imm(op, isa.bytes, d, a, b, immediate); }

    /** With an immediate byte, without a first source. */
    void imm(Vector op, int d, int s, int immediate) { imm(op, isa.bytes, d, 0, s, immediate); }

    /** With an immediate byte, on vectors of {@code bytes}. */
    void imm(Vector op, int bytes, int d, int a, int b, int immediate) {
        vector(op, bytes, d, a, b, 0, false);
        put(immediate);
    }

    /** On vectors of {@code bytes}: 16, 32 or 64. */
    void sized(int bytes, Vector op, int d, int a, int b) { vector(op, bytes, d, a, b, 0, false); }

    /** On vectors of {@code bytes}: 16, 32 or 64. */
    void sized(int bytes, Vector op, int d, int a, Mem m) { vector(op, bytes, d, a, m, 0, false, 0); }

    /** d = s shifted by some bits; {@code op} is one of the shifts. */
    void shift(Vector op, int d, int s, int bits) {
        vector(op, isa.bytes, op.extension, d, s, 0, false);
        put(bits);
    }

    // vectors: the most frequent ones

    void load(int d, Mem m) { op(Vector.VMOVUPS_LOAD, d, m); }

    void store(Mem m, int s) { op(Vector.VMOVUPS_STORE, s, m); }

    /** d = a vector of {@code bytes} bytes; the rest of d is zero. */
    void load(int bytes, int d, Mem m) { sized(bytes, Vector.VMOVUPS_LOAD, d, 0, m); }

    void store(int bytes, Mem m, int s) { sized(bytes, Vector.VMOVUPS_STORE, s, 0, m); }

    void move(int d, int s) { if (d != s) op(Vector.VMOVAPS, d, s); }

    void zero(int d) { op(Vector.VPXOR, d, d, d); }

    /** All elements of d = the float at m. */
    void broadcast(int d, Mem m) { op(Vector.VBROADCASTSS, d, m); }

    void add(int d, int a, int b) { op(Vector.VADDPS, d, a, b); }

    void add(int d, int a, Mem m) { op(Vector.VADDPS, d, a, m); }

    void sub(int d, int a, int b) { op(Vector.VSUBPS, d, a, b); }

    void sub(int d, int a, Mem m) { op(Vector.VSUBPS, d, a, m); }

    void mul(int d, int a, int b) { op(Vector.VMULPS, d, a, b); }

    void mul(int d, int a, Mem m) { op(Vector.VMULPS, d, a, m); }

    void min(int d, int a, int b) { op(Vector.VMINPS, d, a, b); }

    void max(int d, int a, int b) { op(Vector.VMAXPS, d, a, b); }

    /** d += a b. */
    void fma(int d, int a, int b) { op(Vector.VFMADD231PS, d, a, b); }

    /** d += a m. */
    void fma(int d, int a, Mem m) { op(Vector.VFMADD231PS, d, a, m); }

    /** d += a times the one float at m; AVX-512 only. */
    void fmaBroadcast(int d, int a, Mem m) { vectorBroadcast(Vector.VFMADD231PS, isa.bytes, d, a, m); }

    // doubles: half as many to a vector

    /** d = the lower half of the floats in s as doubles. */
    void widen(int d, int s) { op(Vector.VCVTPS2PD, d, s); }

    /** d = as many floats from memory as a vector has doubles. */
    void widen(int d, Mem m) { op(Vector.VCVTPS2PD, d, m); }

    /** d = the upper half of s, in its lower half. */
    void upper(int d, int s) {
        imm(isa == Isa.AVX512 ? Vector.VEXTRACTF64X4 : Vector.VEXTRACTF128, s, d, 1);
    }

    /** d = the doubles in low and high as floats; d may be one of them, scratch is none of the others. */
    void narrow(int d, int low, int high, int scratch) {
        op(Vector.VCVTPD2PS, scratch, high);
        op(Vector.VCVTPD2PS, d, low);
        imm(isa == Isa.AVX512 ? Vector.VINSERTF64X4 : Vector.VINSERTF128, d, d, scratch, 1);
    }

    /** The first float of d = the sum of all of s, whose halves are added until one is left; s and scratch are used up. */
    void sum(int d, int s, int scratch) {
        if (isa == Isa.AVX512) {
            imm(Vector.VEXTRACTF64X4, s, scratch, 1);
            sized(32, Vector.VADDPS, s, s, scratch);
        }
        vector(Vector.VEXTRACTF128, 32, s, 0, scratch, 0, false);
        put(1);
        sized(16, Vector.VADDPS, s, s, scratch);
        imm(Vector.VPERMILPS, 16, scratch, 0, s, 0b1110);
        sized(16, Vector.VADDPS, s, s, scratch);
        imm(Vector.VPERMILPS, 16, scratch, 0, s, 0b01);
        op(Vector.VADDSS, d, s, scratch);
    }

    /** The first double of d = the sum of all doubles of s, in the same order; s and scratch are used up. */
    void sumDoubles(int d, int s, int scratch) {
        if (isa == Isa.AVX512) {
            imm(Vector.VEXTRACTF64X4, s, scratch, 1);
            sized(32, Vector.VADDPD, s, s, scratch);
        }
        vector(Vector.VEXTRACTF128, 32, s, 0, scratch, 0, false);
        put(1);
        sized(16, Vector.VADDPD, s, s, scratch);
        imm(Vector.VPERMILPD, 16, scratch, 0, s, 1);
        op(Vector.VADDSD, d, s, scratch);
    }

    // masks

    /** The mask of the first n elements of a vector. */
    void first(Mask m, int n) {
        if (isa == Isa.AVX512) {
            // kmovw from memory
            Mem bits = literal((1 << n) - 1);
            vex(1, Prefix.NONE, 0, 0, m.k(), 0, 0, 0);
            put(0x90);
            memory(m.k(), bits, 1, 0);
        } else {
            int[] words = new int[isa.lanes()];
            Arrays.fill(words, 0, n, -1);
            load(m.v(), words(words));
        }
    }

    /** The mask of as many first elements as n says; n is any number, scratch is used up. */
    void first(Mask m, Gp n, int scratch) {
        int[] places = new int[isa.lanes()];
        for (int i = 0; i < places.length; i++) places[i] = i;
        toVector(scratch, n);
        op(Vector.VPBROADCASTD, scratch, scratch);
        op(Vector.VPCMPGTD, isa == Isa.AVX512 ? m.k() : m.v(), scratch, words(places));
    }

    /** d = memory where the mask is set, else 0; nothing else is read. */
    void loadMasked(int d, Mask m, Mem from) {
        if (isa == Isa.AVX512) vector(Vector.VMOVUPS_LOAD, isa.bytes, d, 0, from, m.k(), true, 0);
        else op(Vector.VMASKMOVPS_LOAD, d, m.v(), from);
    }

    /** Memory where the mask is set = s; nothing else is written. */
    void storeMasked(Mem to, Mask m, int s) {
        if (isa == Isa.AVX512) vector(Vector.VMOVUPS_STORE, isa.bytes, s, 0, to, m.k(), false, 0);
        else op(Vector.VMASKMOVPS_STORE, s, m.v(), to);
    }

    /** m = a compared with b, float by float. */
    void compare(Mask m, Comparison c, int a, int b) {
        if (isa == Isa.AVX512) imm(Vector.VCMPPS, m.k(), a, b, c.predicate);
        else imm(Vector.VCMPPS, m.v(), a, b, c.predicate);
    }

    /** m = a compared with b, double by double: with AVX-512 in the lower half of the mask's bits, with AVX2 two words each. */
    void compareDoubles(Mask m, Comparison c, int a, int b) {
        imm(Vector.VCMPPD, isa == Isa.AVX512 ? m.k() : m.v(), a, b, c.predicate);
    }

    /** m = whether a >= b, as unsigned integers of 32 bits; scratch is used up. */
    void compareUnsignedAtLeast(Mask m, int a, int b, int scratch) {
        op(Vector.VPMAXUD, scratch, a, b);
        equalWords(m, scratch, a);
    }

    /** m = whether a and b are the same 32 bits. */
    void equalWords(Mask m, int a, int b) {
        op(Vector.VPCMPEQD, isa == Isa.AVX512 ? m.k() : m.v(), a, b);
    }

    /** d = where the mask is set yes, else no. */
    void choose(int d, Mask m, int yes, int no) {
        if (isa == Isa.AVX512) {
            vector(Vector.VBLENDMPS, isa.bytes, d, no, yes, m.k(), false);
        } else {
            vector(Vector.VBLENDVPS, isa.bytes, d, no, yes, 0, false);
            put(m.v() << 4);
        }
    }

    /** The same for doubles, whose mask {@link #compareDoubles} makes. */
    void chooseDoubles(int d, Mask m, int yes, int no) {
        if (isa == Isa.AVX512) vector(Vector.VBLENDMPD, isa.bytes, d, no, yes, m.k(), false);
        else choose(d, m, yes, no);
    }

    /** d = where the mask is set s, else 0. */
    void keep(int d, Mask m, int s) {
        if (isa == Isa.AVX512) vector(Vector.VMOVAPS, isa.bytes, d, 0, s, m.k(), true);
        else op(Vector.VPAND, d, m.v(), s);
    }

    /** d = a bit a word of a vector: bit i of d is word i of the mask. */
    void bits(Gp d, Mask m) {
        if (isa == Isa.AVX512) {
            // kmovw to a general register
            vex(1, Prefix.NONE, 0, 0, d.number, 0, 0, 0);
            put(0x93);
            registers(d.number, m.k());
        } else {
            op(Vector.VMOVMSKPS, d.number, m.v());
        }
    }

    /** The mask of all elements. */
    void all(Mask m) {
        if (isa == Isa.AVX512) {
            // kxnorw with itself
            vex(1, Prefix.NONE, 0, 1, m.k(), m.k(), 0, 0);
            put(0x46);
            registers(m.k(), m.k());
        } else {
            equalWords(m, m.v(), m.v());
        }
    }

    /** d = both. */
    void both(Mask d, Mask a, Mask b) { combine(d, a, b, 0x41, Vector.VPAND); }

    /** d = one or both. */
    void either(Mask d, Mask a, Mask b) { combine(d, a, b, 0x45, Vector.VPOR); }

    private void combine(Mask d, Mask a, Mask b, int opcode, Vector op) {
        if (isa == Isa.AVX512) {
            vex(1, Prefix.NONE, 0, 1, d.k(), a.k(), 0, 0);
            put(opcode);
            registers(d.k(), b.k());
        } else {
            op(op, d.v(), a.v(), b.v());
        }
    }

    // between general registers and vectors

    /** The first double of d = the signed integer s. */
    void toDouble(int d, Gp s) { between(d, s, Prefix.F2, 0x2A, 1); }

    /** The first 32 bits of d = those of s, the rest zero. */
    void toVector(int d, Gp s) { between(d, s, Prefix.P66, 0x6E, 0); }

    /** d = the first 32 bits of s. */
    void fromVector(Gp d, int s) { between(s, d, Prefix.P66, 0x7E, 0); }

    /** VEX encoded, so only for the first sixteen vectors. */
    private void between(int v, Gp r, Prefix prefix, int opcode, int w) {
        if (v > 15) throw new IllegalArgumentException("vector " + v + " cannot be reached by VEX");
        vex(1, prefix, w, 0, v, opcode == 0x2A ? v : 0, 0, bit(r.number, 3));
        put(opcode);
        registers(v, r.number);
    }
}
