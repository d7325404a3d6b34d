package org.gabor.random;

/** Pearson's test that counts come from the uniform distribution. */
final class ChiSquare {
    private ChiSquare() {
    }

    /** The sum of (count - mean)^2 / mean. */
    static double of(int[] counts) {
        double mean = 0;
        for (int count : counts) {
            mean += (double) count / counts.length;
        }
        double sum = 0;
        for (int count : counts) {
            sum += (count - mean) * (count - mean) / mean;
        }
        return sum;
    }

    /** What one uniform sample in a million exceeds (z = 4.75, by Wilson and Hilferty's approximation). */
    static double limit(int degreesOfFreedom) {
        double v = 2.0 / (9 * degreesOfFreedom);
        return degreesOfFreedom * Math.pow(1 - v + 4.75 * Math.sqrt(v), 3);
    }
}
