package org.gabor.cli;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * How long the steps of a run took, in order.
 *
 * @param seconds one time a step
 */
record StepTimes(double[] seconds) {
    /** Steps until a program counts as warm. */
    private static final int WARM = 100;
    /** Steps whose sum shows what is lost before. */
    private static final int COLD = 50;

    /** The steps that count: from the hundredth on if there are twice as many, else the second half. */
    private double[] steady() {
        int from = isLong() ? WARM : seconds.length / 2;
        double[] steady = Arrays.copyOfRange(seconds, from, seconds.length);
        Arrays.sort(steady);
        return steady;
    }

    private boolean isLong() { return seconds.length >= 2 * WARM; }

    /** How many steps there were. */
    int count() { return seconds.length; }

    /** The middle of the steps that count. */
    double median() { return median(steady()); }

    /** The fastest of the steps that count. */
    double fastest() { return steady()[0]; }

    /** Nine of ten of the steps that count are not slower. */
    double ninetieth() {
        double[] steady = steady();
        return steady[(int) Math.ceil(0.9 * steady.length) - 1];
    }

    /** Lost to warming up: the first 50 steps less what as many take later on. Not known of short runs. */
    OptionalDouble warmUp() {
        if (!isLong()) return OptionalDouble.empty();
        double usual = median(Arrays.copyOfRange(seconds, WARM, 2 * WARM));
        return OptionalDouble.of(Arrays.stream(seconds, 0, COLD).sum() - COLD * usual);
    }

    /** The middle of some numbers; of an even count, the mean of the middle two. */
    static double median(double[] numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
