package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How operands are written in Intel's syntax, and a choice of them that uses every bit of every field. */
final class Operands {
    private static final int[] OFFSETS = {0, 4, 8, 32, 64, -64, 100, 127, 128, -128, -129, 1016, 1024, 4064, 4096, 8128, 8192,
            -8192, -8256, 123_456, -123_456};

    /** All general registers by their numbers. */
    static final List<Gp> ALL = List.of(Gp.values());

    private Operands() {}

    /** A place in memory and how it is written, with brackets, without a size. */
    record Place(String text, Mem mem) {}

    /** {@code xmm3}, {@code ymm3}, {@code zmm3}; for less than 16 bytes the first of them. */
    static String vector(int bytes, int number) {
        return (bytes <= 16 ? "xmm" : bytes == 32 ? "ymm" : "zmm") + number;
    }

    /** {@code ZMMWORD PTR} and so on. */
    static String size(int bytes) {
        return switch (bytes) {
            case 1 -> "BYTE";
            case 2 -> "WORD";
            case 4 -> "DWORD";
            case 8 -> "QWORD";
            case 16 -> "XMMWORD";
            case 32 -> "YMMWORD";
            case 64 -> "ZMMWORD";
            default -> throw new IllegalArgumentException("" + bytes);
        } + " PTR ";
    }

    /** {@code 0x1f}, {@code 0xffffffffffffffff}. */
    static String number(long value) { return "0x" + Long.toHexString(value); }

    /** {@code [rax+rbx*4-0x40]}. */
    static Place place(Gp base, Gp index, int scale, int offset) {
        return new Place("[" + name(base) + "+" + name(index) + "*" + scale + offset(base, offset) + "]",
                Mem.at(base, index, scale, offset));
    }

    /** {@code [rax-0x40]}. */
    static Place place(Gp base, int offset) {
        return new Place("[" + name(base) + offset(base, offset) + "]", Mem.at(base, offset));
    }

    /** RBP and R13 have no form without an offset. */
    private static String offset(Gp base, int offset) {
        if (offset == 0 && base != Gp.RBP && base != Gp.R13) return "";
        return (offset < 0 ? "-" : "+") + number(Math.abs(offset));
    }

    static String name(Gp r) { return r.name().toLowerCase(Locale.ROOT); }

    /** The lower 32 bits of a register: {@code eax}, {@code r9d}. */
    static String half(Gp r) { return name(r).matches("r\\d+") ? name(r) + "d" : "e" + name(r).substring(1); }

    /** The lowest byte of a register: {@code al}, {@code sil}, {@code r9b}. */
    static String lowest(Gp r) {
        String name = name(r);
        if (name.matches("r\\d+")) return name + "b";
        return name.endsWith("x") ? name.charAt(1) + "l" : name.substring(1) + "l";
    }

    /** Three registers a row; each takes each bit of its number, and each is other than the others. */
    static int[][] registers(Isa isa) {
        int[][] low = {{0, 1, 2}, {1, 2, 4}, {2, 4, 8}, {4, 8, 1}, {8, 3, 5}, {7, 15, 6}, {15, 14, 13}, {11, 5, 10}};
        int[][] high = {{16, 1, 2}, {1, 16, 2}, {1, 2, 16}, {24, 9, 17}, {31, 30, 29}, {15, 16, 23}, {23, 8, 24}, {20, 27, 12}};
        return isa == Isa.AVX512 ? Stream.of(low, high).flatMap(Arrays::stream).toArray(int[][]::new)
                : low;
    }

    /** A few dozen places: every base, every index, every scale, and offsets at the edges of the short forms. */
    static List<Place> places() {
        var places = new ArrayList<Place>();
        Gp[] all = Gp.values();
        for (int i = 0; i < all.length; i++) {
            places.add(place(all[i], OFFSETS[i % OFFSETS.length]));
            Gp index = all[(i * 5 + 3) % all.length];
            if (index != Gp.RSP) places.add(place(all[i], index, 1 << i % 4, OFFSETS[(i * 7 + 1) % OFFSETS.length]));
        }
        for (int offset : OFFSETS) {
            places.add(place(Gp.R10, offset));
            places.add(place(Gp.RSI, Gp.R9, 4, offset));
        }
        return places;
    }

    /** Every base with every index and scale, and some offsets. */
    static List<Place> allPlaces() {
        var places = new ArrayList<Place>();
        int[] offsets = {0, 8, 64, -192, 8192};
        for (Gp base : Gp.values()) {
            for (int offset : OFFSETS) places.add(place(base, offset));
            for (Gp index : Gp.values()) {
                if (index == Gp.RSP) continue;
                IntStream.range(0, 4).forEach(s -> {
                    for (int offset : offsets) places.add(place(base, index, 1 << s, offset));
                });
            }
        }
        return places;
    }
}
