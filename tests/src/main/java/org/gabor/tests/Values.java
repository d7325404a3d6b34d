package org.gabor.tests;

import org.gabor.random.Stream;

/** How one argument of a case is filled: a number an element, from random numbers that belong to the case. */
@FunctionalInterface
public interface Values {
    /** Element {@code i}. */
    double at(Stream random, int i);

    /** Whole numbers from -3 to 3 without 0: products and sums of a few thousand of them are exact floats. */
    Values INTEGERS = (random, i) -> {
        int v = random.below(i, 6);
        return v < 3 ? v - 3 : v - 2;
    };

    /** The standard normal distribution. */
    Values NORMAL = Stream::normal;

    /** Whole numbers from 0 to {@code bound - 1}: labels, pixels. */
    static Values below(int bound) { return (random, i) -> random.below(i, bound); }

    /** Uniform in a range. */
    static Values uniform(double low, double high) {
        return (random, i) -> low + (high - low) * random.uniformDouble(i);
    }

    /** The same number everywhere. */
    static Values all(double value) { return (_, _) -> value; }

    /** These numbers over and over again. */
    static Values cycle(double... values) { return (_, i) -> values[i % values.length]; }

    /** These values times {@code scale} plus {@code shift}. */
    default Values affine(double scale, double shift) { return (random, i) -> scale * at(random, i) + shift; }

    /** These values, those outside of a range brought to its end. */
    default Values clamped(double low, double high) {
        return (random, i) -> Math.clamp(at(random, i), low, high);
    }

    /** Statistics [2,c]: these values as means, then variances between 0.5 and 2. */
    default Values statistics(int c) { return (random, i) -> i < c ? at(random, i) : uniform(0.5, 2).at(random, i); }
}
