package org.gabor.tests.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.gabor.graph.Node;

/** Derivatives by central differences of the oracle's own values. */
final class Differences {
    private static final double STEP = 1e-3;
    private static final double TOLERANCE = 1e-6;

    private Differences() {}

    /** Refuses a gradient dx of the loss by the input or parameter x, called {@code name}, that differences contradict. */
    static void check(Oracle oracle, Node loss, String name, Node x, Node dx) {
        double[] at = oracle.run().value(x), gradient = oracle.value(dx);
        double largest = IntStream.range(0, at.length).mapToDouble(i -> Math.abs(gradient[i])).max().orElseThrow();
        assertThat(largest).as("the gradient of %s is not all zeros", name).isPositive();
        for (int i = 0; i < at.length; i++) {
            double difference = difference(oracle, loss, name, at, i);
            // an absolute part a thousand times smaller, for elements whose differences cancel
            assertThat(Math.abs(difference - gradient[i])).as("d loss / d %s[%d] = %s, difference %s", name, i,
                    gradient[i], difference)
                    .isLessThanOrEqualTo(TOLERANCE * (Math.abs(gradient[i]) + 1e-3 * largest));
        }
        oracle.feed(name, at);
    }

    /** The central difference of fourth order: its error is of the order of STEP^4. */
    private static double difference(Oracle oracle, Node loss, String name, double[] at, int i) {
        double sum = 0;
        double[] weights = {1, -8, 8, -1}, steps = {-2, -1, 1, 2};
        for (int k = 0; k < 4; k++) {
            double[] moved = at.clone();
            moved[i] += steps[k] * STEP;
            sum += weights[k] * oracle.feed(name, moved).run().value(loss)[0];
        }
        return sum / (12 * STEP);
    }

    /**
     * Distinct values at least 0.018 from zero and 0.05 from each other, so that no step crosses a kink of ReLU or max.
     */
    static double[] values(int size, int seed) {
        return IntStream.range(0, size).mapToDouble(i -> ((i * 37 + 11 + 29 * seed) % 101 - 50 + 0.37) * 0.05).toArray();
    }
}
