package org.gabor.data;

import org.gabor.random.Stream;

/** The random numbers of one sample, taken one after another from its stream. */
final class Draws {
    private final Stream stream;
    private long next;

    Draws(Stream stream) {
        this.stream = stream;
    }

    /** Uniform in [low, high). */
    double uniform(double low, double high) {
        return low + (high - low) * stream.uniformDouble(next++);
    }

    /** Normal with this mean and standard deviation. */
    double normal(double mean, double deviation) {
        // Two normals come from one block of words, two uniforms as well: no number is used twice.
        return mean + deviation * stream.normal(next++);
    }
}
