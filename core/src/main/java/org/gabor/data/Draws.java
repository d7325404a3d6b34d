package org.gabor.data;

import org.gabor.random.Stream;

/** The random numbers of one sample, taken one after another from its stream, each from a block of its own. */
final class Draws {
    private final Stream stream;
    private long next;

    Draws(Stream stream) {
        this.stream = stream;
    }

    /** Uniform in [low, high). */
    double uniform(double low, double high) {
        return low + (high - low) * stream.uniformDouble(index());
    }

    /** Normal with this mean and standard deviation. */
    double normal(double mean, double deviation) {
        return mean + deviation * stream.normal(index());
    }

    private long index() {
        // Uniforms and normals both come two from a block; the odd ones are left out, so that no words are used twice.
        return 2 * next++;
    }
}
