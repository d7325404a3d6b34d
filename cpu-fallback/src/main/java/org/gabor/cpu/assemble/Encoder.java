package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.cpu.assemble.Vector.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of x86-64 instructions: prefixes, ModRM, SIB, displacements, and the places that are filled in when it is known
 * where labels and literals lie (Intel's Software Developer's Manual, volume 2, chapter 2).
 */
class Encoder {
    private static final int LITERAL_ALIGNMENT = 64;

    /** The instruction set for vectors. */
    final Isa isa;

    private byte[] code = new byte[1 << 14];
    private int size;
    private final List<Fixup> toLabels = new ArrayList<>();
    private final List<ToLiteral> toLiterals = new ArrayList<>();
    private final Map<List<Integer>, Integer> literals = new LinkedHashMap<>();
    private int literalBytes;

    /** A place in the code to jump to. */
    static final class Label {
        private int at = -1;
    }

    /** Four bytes at {@code at}, to become the distance from {@code end} to a target. */
    private record Fixup(int at, int end, Label label) {}

    /** Four bytes at {@code at}, to become the distance from {@code end} to a literal. */
    private record ToLiteral(int at, int end, int literal) {}

    Encoder(Isa isa) {
        this.isa = isa;
    }

    /** Bytes so far: where the next instruction starts. */
    final int here() { return size; }

    /** The next instruction stands at the label. */
    final void bind(Label label) { label.at = size; }

    /** Fills with instructions that do nothing up to a multiple of {@code bytes}. */
    final void align(int bytes) {
        while (size % bytes != 0) {
            int gap = Math.min(bytes - size % bytes, 8);
            switch (gap) {
                case 1 -> put(0x90);
                case 2 -> put(0x66, 0x90);
                case 3 -> put(0x0F, 0x1F, 0x00);
                case 4 -> put(0x0F, 0x1F, 0x40, 0x00);
                case 5 -> put(0x0F, 0x1F, 0x44, 0x00, 0x00);
                case 6 -> put(0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00);
                case 7 -> put(0x0F, 0x1F, 0x80, 0x00, 0x00, 0x00, 0x00);
                default -> put(0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00);
            }
        }
    }

    /** The code with its literals behind it. It can be placed anywhere. */
    final byte[] finish() {
        align(LITERAL_ALIGNMENT);
        int pool = size;
        literals.keySet().forEach(words -> words.forEach(this::put32));
        for (ToLiteral f : toLiterals) patch(f.at, pool + f.literal - f.end);
        for (Fixup f : toLabels) {
            if (f.label.at < 0) throw new IllegalStateException("a jump to a label that is bound nowhere");
            patch(f.at, f.label.at - f.end);
        }
        return Arrays.copyOf(code, size);
    }

    /** A vector of 32-bit words behind the code; equal ones are stored once. */
    final Mem literal(List<Integer> words) {
        int at = literals.computeIfAbsent(List.copyOf(words), _ -> {
            int place = literalBytes;
            literalBytes += words.size() * Integer.BYTES;
            return place;
        });
        return new Mem(null, null, 1, at);
    }

    final void put(int... bytes) {
        for (int b : bytes) {
            if (size == code.length) code = Arrays.copyOf(code, 2 * size);
            code[size++] = (byte) b;
        }
    }

    final void put32(int v) { put(v, v >> 8, v >> 16, v >> 24); }

    /** The distance from the end of this instruction, which these four bytes are, to a label. */
    final void distance(Label label) {
        toLabels.add(new Fixup(size, size + 4, label));
        put32(0);
    }

    private void patch(int at, int v) {
        for (int i = 0; i < 4; i++) code[at + i] = (byte) (v >> 8 * i);
    }

    // general registers

    /** An instruction of 64 (w = 1) or 32 bits on two registers; {@code reg} may be an opcode's extension. */
    final void general(int w, int reg, Gp rm, int... opcode) {
        rex(w, reg, 0, rm.number, false);
        put(opcode);
        registers(reg, rm.number);
    }

    /** The same with an operand in memory, {@code immediate} bytes still to follow. */
    final void general(int w, int reg, Mem m, int immediate, int... opcode) {
        // without the prefix, the bytes 4 to 7 would be those of AH to BH
        boolean lowByte = opcode[0] == 0x88 && reg > 3;
        rex(w, reg, number(m.index()), number(m.base()), lowByte);
        put(opcode);
        memory(reg, m, 1, immediate);
    }

    /** The prefix for 64 bits and for the upper registers, left out where it says nothing unless it is {@code needed}. */
    private void rex(int w, int reg, int index, int base, boolean needed) {
        int prefix = 0x40 | w << 3 | bit(reg, 3) << 2 | bit(index, 3) << 1 | bit(base, 3);
        if (prefix != 0x40 || needed) put(prefix);
    }

    // vectors

    /** An instruction on registers: {@code v} is the first source, 0 where there is none. */
    final void vector(Vector op, int bytes, int reg, int v, int rm, int k, boolean zero) {
        check(op, reg | v | rm);
        if (isa == Isa.AVX512) evex(op, bytes, reg, v, bit(rm, 4), bit(rm, 3), 0, k, zero);
        else vex(op, bytes, reg, v, 0, bit(rm, 3));
        put(op.opcode);
        registers(reg, rm);
    }

    /** The same with an operand in memory, {@code immediate} bytes still to follow. */
    final void vector(Vector op, int bytes, int reg, int v, Mem m, int k, boolean zero, int immediate) {
        check(op, reg | v);
        int index = number(m.index()), base = number(m.base());
        if (isa == Isa.AVX512) evex(op, bytes, reg, v, bit(index, 3), bit(base, 3), 0, k, zero);
        else vex(op, bytes, reg, v, bit(index, 3), bit(base, 3));
        put(op.opcode);
        memory(reg, m, isa == Isa.AVX512 ? op.memoryBytes(bytes) : 1, immediate);
    }

    /** AVX-512's form in which one element in memory serves all of the vector. */
    final void vectorBroadcast(Vector op, int bytes, int reg, int v, Mem m) {
        if (isa != Isa.AVX512) throw new IllegalArgumentException(isa.label + " has no broadcast from memory in " + op);
        check(op, reg | v);
        evex(op, bytes, reg, v, bit(number(m.index()), 3), bit(number(m.base()), 3), 1, 0, false);
        put(op.opcode);
        memory(reg, m, op.w == 0 ? 4 : 8, 0);
    }

    /** {@code registers}: the bits of all their numbers; both counts are powers of two. */
    private void check(Vector op, int registers) {
        if (!op.in(isa) || registers >= isa.registers)
            throw new IllegalArgumentException(isa.label + " has no " + op + " on registers up to " + registers);
    }

    private void evex(Vector op, int bytes, int reg, int v, int x, int b, int broadcast, int k, boolean zero) {
        int length = op.scalar() ? 0 : Integer.numberOfTrailingZeros(bytes) - 4;
        evex(op.map.code, op.prefix, op.w, reg, v, x, b, (zero ? 0x80 : 0) | length << 5 | broadcast << 4 | k);
    }

    /** EVEX's prefix; {@code rest} is the last byte without the upper bit of v. */
    private void evex(int map, Prefix prefix, int w, int reg, int v, int x, int b, int rest) {
        put(0x62, bit(~reg, 3) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | bit(~reg, 4) << 4 | map,
                w << 7 | (~v & 15) << 3 | 4 | prefix.code, rest | bit(~v, 4) << 3);
    }

    /**
     * VPGATHERDD: d = the 32-bit words at base + index, for each element of the vector {@code index}, where the mask is set. The
     * mask is used up.
     */
    final void gatherWords(int d, Gp base, int index, Mask mask) {
        if ((d | index) >= isa.registers || d == index || isa == Isa.AVX2 && (mask.v() == d || mask.v() == index))
            throw new IllegalArgumentException("a gather to vector " + d + " from places in " + index);
        int map = Vector.Map.M0F38.code, x = bit(index, 3), b = bit(base.number, 3);
        if (isa == Isa.AVX512) evex(map, Prefix.P66, 0, d, index & 16, x, b, 2 << 5 | mask.k());
        else vex(map, Prefix.P66, 0, 1, d, mask.v(), x, b);
        // a displacement of one byte, which every base has a form for
        put(0x90, 0x44 | (d & 7) << 3, (index & 7) << 3 | base.number & 7, 0);
    }

    private void vex(Vector op, int bytes, int reg, int v, int x, int b) {
        int length = op.scalar() || bytes < Isa.AVX2.bytes ? 0 : 1;
        // of VEX's instructions the fused multiply-adds alone tell doubles by W; it must be 0 or is ignored elsewhere
        int w = op.map == Vector.Map.M0F38 && op.opcode >= 0x96 ? op.w : 0;
        vex(op.map.code, op.prefix, w, length, reg, v, x, b);
    }

    /** The three-byte VEX prefix. */
    final void vex(int map, Prefix prefix, int w, int length, int reg, int v, int x, int b) {
        put(0xC4, bit(~reg, 3) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | map, w << 7 | (~v & 15) << 3 | length << 2 | prefix.code);
    }

    final void registers(int reg, int rm) { put(0xC0 | (reg & 7) << 3 | rm & 7); }

    /** ModRM, SIB and displacement; a displacement that is a small multiple of {@code unit} takes one byte. */
    final void memory(int reg, Mem m, int unit, int immediate) {
        if (m.base() == null) {
            put((reg & 7) << 3 | 5);
            toLiterals.add(new ToLiteral(size, size + 4 + immediate, m.offset()));
            put32(0);
            return;
        }
        int base = Objects.requireNonNull(m.base()).number, offset = m.offset();
        boolean indexed = m.index() != null || (base & 7) == Gp.RSP.number;
        boolean none = offset == 0 && (base & 7) != Gp.RBP.number;
        boolean small = offset % unit == 0 && offset / unit == (byte) (offset / unit);
        put((none ? 0 : small ? 0x40 : 0x80) | (reg & 7) << 3 | (indexed ? 4 : base & 7));
        if (indexed) {
            int index = m.index() == null ? 4 : m.index().number & 7;
            put(Integer.numberOfTrailingZeros(m.scale()) << 6 | index << 3 | base & 7);
        }
        if (none) return;
        if (small) put(offset / unit);
        else put32(offset);
    }

    static int bit(int x, int i) { return x >> i & 1; }

    static int number(@Nullable Gp r) { return r == null ? 0 : r.number; }
}
