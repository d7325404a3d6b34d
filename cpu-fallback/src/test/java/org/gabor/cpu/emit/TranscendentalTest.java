package org.gabor.cpu.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.gabor.graph.Activation;
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
            double exact = StrictMath.tanh(x), most = 0.501 * Math.ulp((float) exact);
            assertThat(Math.abs(tanh(x) - exact)).as("tanh %s", x).isLessThan(most);
            assertThat(tanh(-x)).isEqualTo(-tanh(x));
        }
    }

    private static float tanh(float x) {
        float[] y = new float[1];
        Functions.apply(new Activation.Tanh(), 1, y, new float[] {x}, new Scratch());
        return y[0];
    }

    @Test
    void tanhOfTheExtremes() {
        assertThat(tanh(Float.NaN)).isNaN();
        assertThat(tanh(Float.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(tanh(0)).isZero();
    }

    @Test
    void logIsWithinAFewUnitsOfTheLastPlace() {
        for (double x = 1e-300; x < 1e300; x *= 1.37) assertRelative(Transcendental.log(x), StrictMath.log(x), 1e-15);
        for (double x = 0.5; x < 2; x += 0.000317) assertRelative(Transcendental.log(x), StrictMath.log(x), 1e-15);
        for (double x = 1e-300; x < 1; x *= 1.07) assertRelative(Transcendental.log1p(x), StrictMath.log1p(x), 1e-15);
        assertThat(Transcendental.log(0)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Transcendental.log(-1)).isNaN();
        assertThat(Transcendental.log(Double.NaN)).isNaN();
        assertThat(Transcendental.log(Double.POSITIVE_INFINITY)).isInfinite();
    }

    @Test
    void powersWithoutBranchesKeepTheirDigits() {
        for (double x = 1e-12; x < 100; x *= 1.003)
            for (double signed : new double[] {x, -x}) {
                assertRelative(Transcendental.power(signed), StrictMath.exp(signed), 1e-11);
                assertRelative(Transcendental.powerLessOne(signed), StrictMath.expm1(signed), 1e-11);
            }
        assertThat(Transcendental.power(Double.NaN)).isNaN();
        assertThat((float) Transcendental.sigmoid(Float.NEGATIVE_INFINITY)).isZero();
        assertThat((float) Transcendental.sigmoid(Float.POSITIVE_INFINITY)).isEqualTo(1);
    }

    /** Far into the tail, where 1 + erf has no digits left: against the sum of the density by Simpson's rule. */
    @Test
    void geluKeepsItsDigitsInBothTails() {
        for (double x = -12; x < 12; x += 0.37) {
            double tail = 0, h = 0x1p-9;
            for (int i = 0; i < 1 << 14; i += 2)
                tail += h / 3 * (density(x, i * h) + 4 * density(x, (i + 1) * h) + density(x, (i + 2) * h));
            assertRelative(gelu(-x), -x * tail, 5e-9);
        }
        assertThat(gelu(0)).isZero();
        assertThat(gelu(Double.NaN)).isNaN();
        assertThat((float) gelu(-1e30)).isZero();
    }

    private static double gelu(double x) { return Transcendental.gelu(x, Transcendental.power(0.5 * x * x)); }

    private static double density(double x, double t) {
        return StrictMath.exp(-0.5 * (x + t) * (x + t)) / StrictMath.sqrt(2 * Math.PI);
    }

    @Test
    void derivativesAreTheLimitOfDifferences() {
        double h = 1e-5;
        for (double x = -9; x < 9; x += 0.173) {
            double up = x + h, down = x - h;
            assertThat(Transcendental.siluSlope(x)).isCloseTo(
                    (up * Transcendental.sigmoid(up) - down * Transcendental.sigmoid(down)) / (2 * h), within(1e-8));
            assertThat(Transcendental.geluSlope(x, Transcendental.geluBend(x, Transcendental.power(0.5 * x * x)))).isCloseTo(
                    (gelu(up) - gelu(down)) / (2 * h), within(1e-6));
            assertThat(Transcendental.geluTanhSlope(x, Transcendental.gate(x))).isCloseTo(
                    (up * Transcendental.gate(up) - down * Transcendental.gate(down)) / (2 * h), within(1e-8));
        }
    }

    private static void assertRelative(double got, double exact, double most) {
        assertThat(Math.abs(got - exact)).as("%s, expected %s", got, exact).isLessThanOrEqualTo(most * Math.abs(exact));
    }
}
