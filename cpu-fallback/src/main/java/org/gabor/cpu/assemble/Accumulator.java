package org.gabor.cpu.assemble;

import org.gabor.cpu.kernel.Sums.Kind;

/**
 * Vectors of double sums: {@code sums} of them for the first row of a kind, then as many for the second. Three vectors behind
 * them are used up.
 */
record Accumulator(Assembler x, Kind kind, int sums) {
    void clear() {
        for (int i = 0; i < kind.rows * sums; i++) x.zero(i);
    }

    /** Adds half a vector of floats. */
    void vector(int i, Mem xs, Mem dys) {
        if (kind == Kind.GRADIENT) x.widen(y(), dys);
        x.widen(loaded(), xs);
        add(i);
    }

    /** Adds as many floats as the mask lets through, less than half a vector. */
    void masked(int i, Mask mask, Mem xs, Mem dys) {
        if (kind == Kind.GRADIENT) {
            x.loadMasked(y(), mask, dys);
            x.widen(y(), y());
        }
        x.loadMasked(loaded(), mask, xs);
        x.widen(loaded(), loaded());
        add(i);
    }

    /** Adds a float to the first element. */
    void single(int i, Mem xs, Mem dys) {
        if (kind == Kind.GRADIENT) {
            x.op(Vector.VMOVSS_LOAD, y(), dys);
            x.widen(y(), y());
        }
        x.op(Vector.VMOVSS_LOAD, loaded(), xs);
        x.widen(loaded(), loaded());
        add(i);
    }

    /** Adds sum j to sum i. */
    void merge(int i, int j) {
        for (int row = 0; row < kind.rows; row++) x.op(Vector.VADDPD, row * sums + i, row * sums + i, row * sums + j);
    }

    private void add(int i) {
        int first = kind == Kind.GRADIENT ? y() : loaded();
        x.op(Vector.VADDPD, i, i, first);
        if (kind.rows > 1) x.op(Vector.VFMADD231PD, sums + i, first, loaded());
    }

    private int loaded() { return kind.rows * sums; }

    private int y() { return kind.rows * sums + 1; }
}
