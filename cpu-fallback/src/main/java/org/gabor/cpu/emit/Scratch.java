package org.gabor.cpu.emit;

/** Heap arrays of one thread, in which kernels stage operands and keep sums. Made once; grown when one needs more. */
public final class Scratch {
    /** Columns that a nest handles at once, and elements of a pointwise run: with eight staged operands 16 KB. */
    static final int WIDTH = 512;
    /** Rows that a nest handles at once. */
    static final int ROWS = 32;
    /** Arrays of {@link #values}. */
    private static final int VALUES = 4;
    /** Operands that a nest stages at once. */
    static final int TAPS = 8;

    final float[][] sums = new float[ROWS][WIDTH];
    final float[][] taps = new float[TAPS][WIDTH];
    /** Three samples' scores. */
    final Scores[] scores = {new Scores(), new Scores(), new Scores()};
    /** A block of random words. */
    final int[] words = new int[4];
    private float[][] registers = new float[8][WIDTH];
    private double[] row = new double[WIDTH];
    private double[] totals = new double[WIDTH];
    private float[] result = new float[WIDTH];
    private float[][] values = new float[VALUES][WIDTH];

    /** At least {@code count} arrays of {@link #WIDTH}. */
    float[][] registers(int count) {
        if (count > registers.length) registers = new float[count][WIDTH];
        return registers;
    }

    /** Four arrays of at least {@code count} floats. */
    float[][] values(int count) {
        if (count > values[0].length) values = new float[VALUES][count];
        return values;
    }

    /** An array of at least {@code count} numbers in double precision. */
    double[] row(int count) {
        if (count > row.length) row = new double[count];
        return row;
    }

    /** Another such array. */
    double[] totals(int count) {
        if (count > totals.length) totals = new double[count];
        return totals;
    }

    /** An array of at least {@code count} floats for what is computed from {@link #row}. */
    float[] result(int count) {
        if (count > result.length) result = new float[count];
        return result;
    }
}
