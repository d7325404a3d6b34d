package org.gabor.linear;

import java.util.stream.IntStream;

/**
 * An n x n matrix in panels of some columns, each panel in one piece of memory, so that what is done to rows can be done
 * panel by panel in the cache. It starts as the identity.
 */
final class Panels {
    static final int COLUMNS = 64;
    private static final int COLLECTED = 1 << 19;

    private final int n;
    /** Panel p holds [n][COLUMNS]. */
    private final double[][] panels;
    private final int[] at = new int[COLLECTED];
    private final double[] cos = new double[COLLECTED];
    private final double[] sin = new double[COLLECTED];
    private int collected;

    Panels(int n) {
        this.n = n;
        this.panels = new double[Math.ceilDiv(n, COLUMNS)][n * COLUMNS];
        for (int i = 0; i < n; i++) panels[i / COLUMNS][i * COLUMNS + i % COLUMNS] = 1;
    }

    /** Multiplies from the left by I - tau v v^T for each v in turn; v[k] starts at row k + 1. */
    void reflect(double[][] v, double[] tau) {
        IntStream.range(0, panels.length).parallel().forEach(p -> {
            double[] sum = new double[COLUMNS], panel = panels[p];
            for (int k = 0; k < v.length; k++) if (tau[k] != 0) reflect(panel, v[k], k + 1, tau[k], sum);
        });
    }

    private void reflect(double[] panel, double[] v, int from, double tau, double[] sum) {
        for (int t = 0; t < COLUMNS; t++) sum[t] = 0;
        for (int i = from; i < n; i++) {
            double vi = v[i];
            int row = i * COLUMNS;
            for (int t = 0; t < COLUMNS; t++) sum[t] += vi * panel[row + t];
        }
        for (int i = from; i < n; i++) {
            double vi = tau * v[i];
            int row = i * COLUMNS;
            for (int t = 0; t < COLUMNS; t++) panel[row + t] -= vi * sum[t];
        }
    }

    /** Rows i and i + 1 become c i - s (i + 1) and s i + c (i + 1); done no later than {@link #flush}. */
    void rotate(int i, double c, double s) {
        at[collected] = i;
        cos[collected] = c;
        sin[collected] = s;
        if (++collected == COLLECTED) flush();
    }

    /** Does all rotations that have been collected. */
    void flush() {
        IntStream.range(0, panels.length).parallel().forEach(p -> {
            for (int k = 0; k < collected; k++) rotate(panels[p], at[k] * COLUMNS, cos[k], sin[k]);
        });
        collected = 0;
    }

    private static void rotate(double[] panel, int row, double c, double s) {
        for (int t = row; t < row + COLUMNS; t++) {
            double x = panel[t], y = panel[t + COLUMNS];
            panel[t] = c * x - s * y;
            panel[t + COLUMNS] = s * x + c * y;
        }
    }

    /** A copy of all rows. */
    double[][] rows() {
        double[][] rows = new double[n][n];
        for (int p = 0; p < panels.length; p++) {
            int from = p * COLUMNS, width = Math.min(COLUMNS, n - from);
            for (int i = 0; i < n; i++) System.arraycopy(panels[p], i * COLUMNS, rows[i], from, width);
        }
        return rows;
    }
}
