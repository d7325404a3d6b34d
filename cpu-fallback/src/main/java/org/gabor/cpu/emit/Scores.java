package org.gabor.cpu.emit;

/** The scores of one sample in memory, and functions of all of them. */
final class Scores {
    private int count;
    private long step;
    private long x;

    /** From now on {@code count} scores, {@code step} bytes apart. */
    Scores of(int count, long step) {
        this.count = count;
        this.step = step;
        return this;
    }

    /** Moves to the sample whose scores start at {@code address}. */
    Scores at(long address) {
        x = address;
        return this;
    }

    int count() { return count; }

    float get(int i) { return Memory.f32(x + i * step); }

    void set(int i, double value) { Memory.f32(x + i * step, (float) value); }

    void fill(double value) { for (int i = 0; i < count; i++) set(i, value); }

    double largest() {
        float largest = get(0);
        for (int i = 1; i < count; i++) largest = Math.max(largest, get(i));
        return largest;
    }

    /** The sum of e^(x - {@code largest}). */
    double sumOfExponentials(double largest) {
        double sum = 0;
        for (int i = 0; i < count; i++) sum += Transcendental.exp(get(i) - largest);
        return sum;
    }

    double sum() {
        double sum = 0;
        for (int i = 0; i < count; i++) sum += get(i);
        return sum;
    }

    double dot(Scores y) {
        double sum = 0;
        for (int i = 0; i < count; i++) sum += (double) get(i) * y.get(i);
        return sum;
    }
}
