package org.gabor.cpu.assemble;

import static org.gabor.cpu.assemble.Vector.VADDPD;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.assemble.Assembler.Comparison;

/**
 * What functions of samples' scores are made of: a sample is a lane of vectors of doubles, and the classes are gone through
 * one after the other. Addresses of the group's first sample are in the registers that are named here, those of the class
 * at hand in others that only this class knows.
 */
final class RowsCode {
    static final Gp X = Gp.RSI;
    static final Gp LABELS = Gp.R8;
    static final Gp DY = Gp.R9;
    static final Gp RESULT = Gp.R10;
    /** Bytes on the stack: a vector. */
    static final int FRAME = 64;

    // vectors
    /** The label. */
    static final int LABEL = 0;
    /** The number of the class at hand. */
    static final int CLASS = 1;
    /** Free for results that last through the classes. */
    static final int P = 2, Q = 3, R = 4, S = 5;
    /** Free for what is computed. */
    static final int V = 6, A = 7, B = 8, C = 9, D = 10;
    /** The mask in use. */
    static final Mask MASK = new Mask(1, 11);
    private static final Mask OTHER = new Mask(2, 12);
    private static final int PLACE = 13;

    private static final Gp X_CLASS = Gp.R11;
    private static final Gp DY_CLASS = Gp.R12;
    private static final Gp RESULT_CLASS = Gp.R13;
    private static final Gp TABLE = Gp.R14;

    final Assembler x;
    final int classes;
    private final int samples;
    private final long sampleBytes;
    private final long classBytes;

    /**
     * Code for a group.
     *
     * @param classes how many there are
     * @param samples how many the group has
     * @param sampleBytes from sample to sample
     * @param classBytes from class to class
     */
    RowsCode(Assembler x, int classes, int samples, long sampleBytes, long classBytes) {
        this.x = x;
        this.classes = classes;
        this.samples = samples;
        this.sampleBytes = sampleBytes;
        this.classBytes = classBytes;
    }

    /** {@code body} for each class; {@link #table} goes through these values with it. */
    void eachClass(List<Double> table, Runnable body) { each(classes, table, body); }

    /** {@code body} for each class. */
    void eachClass(Runnable body) { eachClass(List.of(), body); }

    /** {@code body} for each value of a table. */
    void eachValue(List<Double> table, Runnable body) { each(table.size(), table, body); }

    private void each(int count, List<Double> table, Runnable body) {
        x.move(X_CLASS, X);
        x.move(DY_CLASS, DY);
        x.move(RESULT_CLASS, RESULT);
        if (!table.isEmpty()) x.lea(TABLE, x.literal(words(table)));
        x.zero(CLASS);
        x.loop(Gp.RCX, count, () -> {
            body.run();
            for (Gp r : List.of(X_CLASS, DY_CLASS, RESULT_CLASS)) x.add(r, classBytes);
            if (!table.isEmpty()) x.add(TABLE, Double.BYTES);
            x.op(VADDPD, CLASS, CLASS, x.literal(1.0));
        });
    }

    private static List<Integer> words(List<Double> table) {
        var words = new ArrayList<Integer>();
        for (double v : table) {
            long bits = Double.doubleToRawLongBits(v);
            words.add((int) bits);
            words.add((int) (bits >> 32));
        }
        return words;
    }

    /** d = the table's value for the class at hand. */
    void table(int d) { x.op(Vector.VBROADCASTSD, d, Mem.at(TABLE)); }

    /** d = the score of the class at hand. */
    void score(int d) { read(d, X_CLASS, sampleBytes); }

    /** d = what the gradient has for the class at hand. */
    void gradient(int d) { read(d, DY_CLASS, sampleBytes); }

    /** d = what the gradient has for the sample. */
    void sampleGradient(int d) { read(d, DY, Float.BYTES); }

    private void read(int d, Gp from, long step) {
        if (step == Float.BYTES && isFull()) x.widen(d, Mem.at(from));
        else x.widen(d, gathered(from, step));
    }

    /** LABEL = the labels. */
    void labels() { x.op(Vector.VCVTDQ2PD, LABEL, isFull() ? Mem.at(LABELS) : gathered(LABELS, Integer.BYTES)); }

    private boolean isFull() { return samples == x.isa.bytes / Double.BYTES; }

    /** Words of all samples, side by side on the stack. */
    private Mem gathered(Gp from, long step) {
        for (int i = 0; i < samples; i++) {
            x.load32(Gp.RAX, Mem.at(from, i * step));
            x.store32(Mem.at(Gp.RSP, (long) i * Integer.BYTES), Gp.RAX);
        }
        return Mem.at(Gp.RSP);
    }

    /** The result for the class at hand = s, which is used up. */
    void store(int s) { write(s, RESULT_CLASS, sampleBytes); }

    /** The result for the sample = s, which is used up. */
    void storeSample(int s) { write(s, RESULT, Float.BYTES); }

    private void write(int s, Gp to, long step) {
        x.op(Vector.VCVTPD2PS, s, s);
        boolean atOnce = step == Float.BYTES && isFull();
        x.store(x.isa.bytes / 2, Mem.at(atOnce ? to : Gp.RSP), s);
        if (atOnce) return;
        for (int i = 0; i < samples; i++) {
            x.load32(Gp.RAX, Mem.at(Gp.RSP, (long) i * Integer.BYTES));
            x.store32(Mem.at(to, i * step), Gp.RAX);
        }
    }

    /** MASK = where the class at hand is the label. */
    void isLabel() { x.compareDoubles(MASK, Comparison.EQUAL, CLASS, LABEL); }

    /** d = s if the class at hand is the label. */
    void ofLabel(int d, int s) {
        isLabel();
        x.chooseDoubles(d, MASK, s, d);
    }

    /** d = v if the class at hand is the label. */
    void setOfLabel(int d, double v) {
        x.load(PLACE, x.literal(v));
        ofLabel(d, PLACE);
    }

    /** d = NaN if the label is none of {@code count} classes. */
    void checkLabel(int d, int count) { unlessClass(d, count, Double.NaN); }

    /** d = v if the label is none of {@code count} classes. */
    void unlessClass(int d, int count, double v) {
        x.zero(PLACE);
        x.compareDoubles(MASK, Comparison.AT_LEAST, LABEL, PLACE);
        x.load(PLACE, x.literal((double) count));
        x.compareDoubles(OTHER, Comparison.LESS, LABEL, PLACE);
        x.both(MASK, MASK, OTHER);
        x.load(PLACE, x.literal(v));
        x.chooseDoubles(d, MASK, d, PLACE);
    }

    /** d = 0 if the label is {@code ignored}. */
    void ignore(int d, int ignored) {
        x.load(PLACE, x.literal((double) ignored));
        x.compareDoubles(MASK, Comparison.EQUAL, LABEL, PLACE);
        x.zero(PLACE);
        x.chooseDoubles(d, MASK, PLACE, d);
    }

    /** d = v. */
    void set(int d, double v) { x.load(d, x.literal(v)); }

    /** d = the largest score. A NaN is lost here, but not in the sum of exponentials. */
    void largest(int d) {
        set(d, Double.NEGATIVE_INFINITY);
        eachClass(() -> {
            score(V);
            x.op(Vector.VMAXPD, d, d, V);
        });
    }

    /** d = the label's score. */
    void labelled(int d) {
        x.zero(d);
        eachClass(() -> {
            score(V);
            ofLabel(d, V);
        });
    }

    /** d = the sum of e^(score - largest). */
    void sumOfExponentials(int d, int largest) {
        x.zero(d);
        eachClass(() -> {
            exponential(V, largest);
            x.op(VADDPD, d, d, V);
        });
    }

    /** d = e^(score - largest) of the class at hand. */
    void exponential(int d, int largest) {
        score(d);
        x.op(Vector.VSUBPD, d, d, largest);
        DoubleFunctions.exp(x, DoubleFunctions.LONG, d, A, B);
    }
}
