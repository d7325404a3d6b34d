package org.gabor.cpu.assemble;

/**
 * How far the pointers of a nest move, in bytes.
 *
 * @param a of the first operand
 * @param b of the second operand
 * @param c of the result
 * @param bias of the bias
 */
record Offsets(long a, long b, long c, long bias) {
    static final Offsets NONE = new Offsets(0, 0, 0, 0);

    Offsets plus(Offsets o) { return new Offsets(a + o.a, b + o.b, c + o.c, bias + o.bias); }

    Offsets times(long n) { return new Offsets(n * a, n * b, n * c, n * bias); }

    Offsets minus(Offsets o) { return plus(o.times(-1)); }

    /** The longest of the ways. */
    long longest() {
        return Math.max(Math.max(Math.abs(a), Math.abs(b)), Math.max(Math.abs(c), Math.abs(bias)));
    }
}
