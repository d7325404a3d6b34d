package org.gabor.cpu.assemble;

/**
 * How far the pointers of a nest move, in bytes.
 *
 * @param a of the first operand
 * @param b of the second operand
 * @param c of the result
 * @param bias of the bias
 * @param addend of what is added to the result
 * @param gate of what lets the result through
 */
record Offsets(long a, long b, long c, long bias, long addend, long gate) {
    static final Offsets NONE = new Offsets(0, 0, 0, 0, 0, 0);

    Offsets plus(Offsets o) {
        return new Offsets(a + o.a, b + o.b, c + o.c, bias + o.bias, addend + o.addend, gate + o.gate);
    }

    Offsets times(long n) { return new Offsets(n * a, n * b, n * c, n * bias, n * addend, n * gate); }

    Offsets minus(Offsets o) { return plus(o.times(-1)); }

    /** The longest of the ways. */
    long longest() {
        long longest = 0;
        for (long way : new long[] {a, b, c, bias, addend, gate}) longest = Math.max(longest, Math.abs(way));
        return longest;
    }
}
