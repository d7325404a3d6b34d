package org.gabor.cpu.assemble;

import org.jspecify.annotations.Nullable;

/**
 * A place in memory: base + index scale + offset, or a literal that is stored behind the code.
 *
 * @param base register that holds an address, or null for a literal
 * @param index register that is added, any but RSP, or null for none
 * @param scale 1, 2, 4 or 8
 * @param offset bytes added; of a literal, where it lies among the literals
 */
record Mem(@Nullable Gp base, @Nullable Gp index, int scale, int offset) {
    Mem {
        if (index == Gp.RSP || index != null && base == null) throw new IllegalArgumentException(base + " + " + index);
        if (Integer.bitCount(scale) != 1 || scale < 1 || scale > 8) throw new IllegalArgumentException("scale " + scale);
    }

    /** What {@code base} points to. */
    static Mem at(Gp base) { return at(base, 0); }

    /** {@code offset} bytes behind what {@code base} points to. */
    static Mem at(Gp base, long offset) { return new Mem(base, null, 1, Math.toIntExact(offset)); }

    /** base + index scale + offset. */
    static Mem at(Gp base, Gp index, int scale, long offset) { return new Mem(base, index, scale, Math.toIntExact(offset)); }

    /** The place {@code bytes} further on. */
    Mem plus(long bytes) { return new Mem(base, index, scale, Math.toIntExact(offset + bytes)); }
}
