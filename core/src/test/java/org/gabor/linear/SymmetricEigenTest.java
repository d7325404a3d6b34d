package org.gabor.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricEigenTest {
    /** Sizes around the widths of panels, and of what is shared among threads. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 17, 63, 64, 65, 130, 300})
    void vectorsAreOrthonormalAndSolveTheirEquation(int n) {
        double[][] a = random(n, 7);
        SymmetricEigen.Result eigen = SymmetricEigen.of(copy(a));
        double bound = 1e-14 * n * norm(a) + 1e-300;
        for (int k = 0; k < n; k++) {
            double[] v = eigen.vectors()[k];
            for (int i = 0; i < n; i++)
                assertThat(dot(a[i], v)).isCloseTo(eigen.values()[k] * v[i], Offset.offset(bound));
            for (int m = 0; m <= k; m++)
                assertThat(dot(v, eigen.vectors()[m])).isCloseTo(m == k ? 1 : 0, Offset.offset(1e-14 * n));
            if (k > 0) assertThat(eigen.values()[k]).isLessThanOrEqualTo(eigen.values()[k - 1]);
        }
    }

    /** The second difference matrix: 2 - 2 cos(k pi / (n + 1)). */
    @Test
    void eigenvaluesOfAVibratingStringAreFound() {
        int n = 200;
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            a[i][i] = 2;
            if (i > 0) a[i][i - 1] = a[i - 1][i] = -1;
        }
        double[] values = SymmetricEigen.of(a).values();
        for (int k = 0; k < n; k++)
            assertThat(values[k]).isCloseTo(2 - 2 * Math.cos((n - k) * Math.PI / (n + 1)), Offset.offset(1e-12));
    }

    @Test
    void smallEigenvaluesBesideLargeOnesAreFoundToTheRoundingOfTheLargest() {
        int n = 80;
        double[][] q = SymmetricEigen.of(random(n, 3)).vectors();
        double[][] a = new double[n][n];
        for (int r = 0; r < n; r++)
            for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) a[i][j] += Math.pow(10, -r / 8.0) * q[r][i] * q[r][j];
        double[] values = SymmetricEigen.of(a).values();
        for (int r = 0; r < n; r++) assertThat(values[r]).isCloseTo(Math.pow(10, -r / 8.0), Offset.offset(1e-13));
    }

    @Test
    void zerosAndEqualEigenvaluesDoNoHarm() {
        assertThat(SymmetricEigen.of(new double[5][5]).values()).containsOnly(0);
        double[][] a = new double[100][100];
        for (int i = 30; i < 60; i++) a[i][i] = 4;
        SymmetricEigen.Result eigen = SymmetricEigen.of(a);
        assertThat(Arrays.stream(eigen.values()).limit(30)).containsOnly(4.0);
        assertThat(Arrays.stream(eigen.values()).skip(30)).containsOnly(0.0);
        double[][] ones = new double[90][90];
        for (double[] row : ones) Arrays.fill(row, 1);
        double[] values = SymmetricEigen.of(ones).values();
        assertThat(values[0]).isCloseTo(90, Offset.offset(1e-12));
        assertThat(Arrays.stream(values).skip(1)).allSatisfy(v -> assertThat(v).isCloseTo(0, Offset.offset(1e-12)));
    }

    @Test
    void theSameMatrixGivesTheSameToTheLastBit() {
        double[][] a = random(400, 11);
        assertThat(SymmetricEigen.of(copy(a)).vectors()).isDeepEqualTo(SymmetricEigen.of(copy(a)).vectors());
    }

    private static double[][] random(int n, int seed) {
        var random = new Random(seed);
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) for (int j = 0; j <= i; j++) a[i][j] = a[j][i] = random.nextGaussian();
        return a;
    }

    private static double[][] copy(double[][] a) { return Arrays.stream(a).map(double[]::clone).toArray(double[][]::new); }

    private static double norm(double[][] a) { return Math.sqrt(Arrays.stream(a).mapToDouble(r -> dot(r, r)).sum()); }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) sum += x[i] * y[i];
        return sum;
    }
}
