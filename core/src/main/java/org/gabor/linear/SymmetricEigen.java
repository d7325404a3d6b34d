package org.gabor.linear;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: A = V diag(values) V^T. Householder reflections bring A to
 * tridiagonal form T = Q^T A Q, implicit QL with Wilkinson's shift makes T diagonal (Golub and Van Loan, Matrix
 * Computations, 8.3; Bowdler, Martin, Reinsch and Wilkinson 1968). O(n^3) operations; the same result for any number of
 * threads.
 *
 * <p>
 * What reads memory most goes through it once for each reflection: the update of the trailing matrix and its product
 * with the next vector are one pass. Rotations are collected and done to panels of columns that stay in the cache.
 */
public final class SymmetricEigen {
    /** Parts of one pass over the trailing matrix; a fixed number, so that sums have a fixed order. */
    private static final int PARTS = 8;
    /** Rows below which a pass is not worth sharing. */
    private static final int SHARED = 256;
    private static final int MOST_SWEEPS = 60;

    private final int n;
    private final double[] values;
    private final double[] subdiagonal;
    /** Row k holds the reflection that clears row k right of its first subdiagonal element. */
    private final double[][] reflections;
    private final double[] taus;

    private SymmetricEigen(double[][] a) {
        this.n = a.length;
        this.values = new double[n];
        this.subdiagonal = new double[n];
        this.reflections = new double[Math.max(0, n - 2)][];
        this.taus = new double[Math.max(0, n - 2)];
    }

    /**
     * Eigenvalues, largest first, and eigenvectors.
     *
     * @param values eigenvalues
     * @param vectors row i is the eigenvector of unit length for {@code values[i]}
     */
    public record Result(double[] values, double[][] vectors) {}

    /**
     * Decomposes a matrix.
     *
     * @param a the rows of a symmetric matrix; it is used up
     */
    public static Result of(double[][] a) {
        var eigen = new SymmetricEigen(a);
        eigen.tridiagonalise(a);
        var panels = new Panels(eigen.n);
        panels.reflect(eigen.reflections, eigen.taus);
        eigen.diagonalise(panels);
        panels.flush();
        return eigen.sorted(panels.rows());
    }

    /**
     * Reflection k maps row k right of the diagonal to a multiple of its first element: H = I - tau v v^T with v[0] = 1.
     * The trailing matrix becomes H B H = B - v w^T - w v^T with p = tau B v, w = p - tau (p v) v / 2.
     */
    private void tridiagonalise(double[][] a) {
        double[] p = new double[n], w = new double[n], v = new double[n];
        boolean pending = false;
        for (int k = 0; k < n; k++) {
            double[] row = a[k];
            if (pending) {
                double vk = v[k], wk = w[k];
                for (int j = k; j < n; j++) row[j] -= vk * w[j] + wk * v[j];
            }
            values[k] = row[k];
            if (k + 1 == n) break;
            if (k + 2 == n) {
                subdiagonal[k] = row[k + 1];
                if (pending) update(a[k + 1], k + 1, v, w);
                pending = false;
                continue;
            }
            double tau = reflection(row, k + 1);
            subdiagonal[k] = row[k];
            double[] next = new double[n];
            System.arraycopy(row, k + 1, next, k + 1, n - k - 1);
            reflections[k] = next;
            taus[k] = tau;
            pass(a, k + 1, pending, v, w, next, p);
            double scale = 0;
            for (int j = k + 1; j < n; j++) {
                p[j] *= tau;
                scale += p[j] * next[j];
            }
            scale *= tau / 2;
            for (int j = k + 1; j < n; j++) w[j] = p[j] - scale * next[j];
            v = next;
            pending = true;
        }
    }

    private static void update(double[] row, int i, double[] v, double[] w) {
        double vi = v[i], wi = w[i];
        for (int j = i; j < row.length; j++) row[j] -= vi * w[j] + wi * v[j];
    }

    /** Makes row[from...] the vector v; returns tau. What the first element becomes is left in row[from - 1]. */
    private static double reflection(double[] row, int from) {
        double square = 0;
        for (int j = from + 1; j < row.length; j++) square += row[j] * row[j];
        double head = row[from];
        if (square == 0) {
            row[from - 1] = head;
            row[from] = 1;
            return 0;
        }
        double beta = -Math.copySign(Math.sqrt(head * head + square), head), tau = (beta - head) / beta;
        double scale = 1 / (head - beta);
        for (int j = from + 1; j < row.length; j++) row[j] *= scale;
        row[from - 1] = beta;
        row[from] = 1;
        return tau;
    }

    /** B -= v w^T + w v^T, if that is pending, for the rows and columns from {@code from} on; then p = B next. */
    private void pass(double[][] a, int from, boolean pending, double[] v, double[] w, double[] next, double[] p) {
        double[][] sums = new double[PARTS][];
        int rows = n - from;
        IntStream parts = IntStream.range(0, PARTS);
        (rows < SHARED ? parts : parts.parallel()).forEach(part -> {
            double[] sum = new double[n];
            for (int i = from + (int) ((long) rows * part / PARTS); i < from + (int) ((long) rows * (part + 1) / PARTS); i++)
                if (pending) updateAndAdd(a[i], from, v[i], w[i], v, w, next[i], sum);
            else add(a[i], from, next[i], sum);
            sums[part] = sum;
        });
        Arrays.fill(p, from, n, 0);
        for (double[] sum : sums) for (int j = from; j < n; j++) p[j] += sum[j];
    }

    private static void add(double[] row, int from, double factor, double[] sum) {
        for (int j = from; j < row.length; j++) sum[j] += factor * row[j];
    }

    private static void updateAndAdd(double[] row, int from, double vi, double wi, double[] v, double[] w, double factor,
            double[] sum) {
        for (int j = from; j < row.length; j++) {
            double x = row[j] - vi * w[j] - wi * v[j];
            row[j] = x;
            sum[j] += factor * x;
        }
    }

    /** Implicit QL on the tridiagonal matrix; each rotation of columns i and i + 1 goes to the panels as well. */
    private void diagonalise(Panels panels) {
        double[] d = values, e = subdiagonal;
        double norm = 0;
        for (int i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]) + Math.abs(e[i]));
        double small = Math.ulp(1.0) * norm;
        for (int l = 0; l < n; l++) {
            for (int sweep = 0;; sweep++) {
                int m = l;
                while (m < n - 1 && Math.abs(e[m]) > small) m++;
                if (m == l) break;
                if (sweep == MOST_SWEEPS) throw new ArithmeticException("no eigenvalue after " + sweep + " sweeps");
                sweep(l, m, panels);
            }
        }
    }

    private void sweep(int l, int m, Panels panels) {
        double[] d = values, e = subdiagonal;
        double g = (d[l + 1] - d[l]) / (2 * e[l]), r = Math.hypot(g, 1);
        g = d[m] - d[l] + e[l] / (g + Math.copySign(r, g));
        double s = 1, c = 1, p = 0;
        for (int i = m - 1; i >= l; i--) {
            double f = s * e[i], b = c * e[i];
            r = Math.hypot(f, g);
            e[i + 1] = r;
            if (r == 0) {
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }
            s = f / r;
            c = g / r;
            g = d[i + 1] - p;
            r = (d[i] - g) * s + 2 * c * b;
            p = s * r;
            d[i + 1] = g + p;
            g = c * r - b;
            panels.rotate(i, c, s);
        }
        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }

    private Result sorted(double[][] rows) {
        Integer[] order = IntStream.range(0, n).boxed().sorted(Comparator.comparingDouble(i -> -values[i]))
                .toArray(Integer[]::new);
        return new Result(Arrays.stream(order).mapToDouble(i -> values[i]).toArray(),
                Arrays.stream(order).map(i -> rows[i]).toArray(double[][]::new));
    }
}
