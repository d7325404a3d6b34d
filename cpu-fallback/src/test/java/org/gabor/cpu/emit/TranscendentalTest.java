package org.gabor.cpu.emit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TranscendentalTest {
    @Test
    void expIsWithinAFewUnitsOfTheLastPlace() {
        double worst = 0;
        for (double x = -700; x < 700; x += 0.00317) {
            double exact = StrictMath.exp(x);
            worst = Math.max(worst, Math.abs(Transcendental.exp(x) - exact) / exact);
        }
        assertThat(worst).isBetween(1e-17, 1e-15);
    }

    @Test
    void expOfTheExtremes() {
        assertThat(Transcendental.exp(Double.NaN)).isNaN();
        assertThat(Transcendental.exp(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(Transcendental.exp(Double.POSITIVE_INFINITY)).isInfinite();
        assertThat(Transcendental.exp(0)).isEqualTo(1);
    }

    @Test
    void tanhIsTheNearestFloatOrItsNeighbour() {
        for (float x = 1e-12f; x < 30; x *= 1.00013f) {
            double exact = StrictMath.tanh(x);
            assertThat(Math.abs(Transcendental.tanh(x) - exact)).as("tanh %s", x).isLessThan(0.501 * Math.ulp((float) exact));
            assertThat(Transcendental.tanh(-x)).isEqualTo(-Transcendental.tanh(x));
        }
    }

    @Test
    void tanhOfTheExtremes() {
        assertThat(Transcendental.tanh(Float.NaN)).isNaN();
        assertThat(Transcendental.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(Transcendental.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(Transcendental.tanh(0)).isZero();
    }
}
