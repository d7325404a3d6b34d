package org.gabor.train;

import java.util.Map;
import java.util.stream.IntStream;
import org.gabor.DataException;
import org.gabor.UsageException;
import org.gabor.data.Dataset;
import org.gabor.graph.Shape;
import org.gabor.io.Safetensors;
import org.gabor.linear.SymmetricEigen;

/**
 * Finds the tensors of {@link Preprocessing}. With x the pixels / 255 of an image as a row, m their mean and U D U^T their
 * covariance, PCA multiplies x - m by U D^(-1/2), ZCA by U D^(-1/2) U^T. Directions whose variance is below
 * {@link #LEAST} of the largest become 0: constant pixels, and what rounding and compression have left, would be noise
 * blown up.
 */
final class Whitening {
    /** Share of the largest eigenvalue above which a direction counts. */
    static final double LEAST = 1e-6;
    private static final int MOST_VALUES = 4096;
    private static final double BRIGHTEST = 255;
    private static final int TILE = 16;
    private static final int TERMS = 4;

    private Whitening() {}

    /** The mean image alone. */
    static Map<String, Safetensors.Data> mean(Dataset data) {
        int d = data.imageBytes();
        byte[] pixels = new byte[d];
        long[] total = new long[d];
        for (int i = 0; i < data.size(); i++) {
            data.image(i, pixels, 0);
            for (int j = 0; j < d; j++) total[j] += pixels[j] & 0xFF;
        }
        double[] mean = new double[d];
        for (int j = 0; j < d; j++) mean[j] = (double) total[j] / data.size();
        return Map.of(Scaling.SHIFT, shift(data, mean));
    }

    private static Safetensors.Data shift(Dataset data, double[] mean) {
        var shift = new float[mean.length];
        for (int i = 0; i < shift.length; i++) shift[i] = (float) (-mean[i] / BRIGHTEST);
        return Safetensors.Data.of(Shape.of(1, data.channels(), data.height(), data.width()), shift);
    }

    /** The mean image, and the matrix that whitens. */
    static Map<String, Safetensors.Data> of(Dataset data, boolean zca) {
        int d = data.imageBytes();
        if (d > MOST_VALUES) throw new UsageException("pca and zca are for images of at most " + MOST_VALUES
                + " values, such as 3x32x32; those of " + data.name() + " have " + d
                + " (channels x height x width): use smaller images, or --input standard");
        Covariance covariance = Covariance.of(data);
        SymmetricEigen.Result eigen = SymmetricEigen.of(covariance.rows());
        int used = 0;
        while (used < d && eigen.values()[used] > LEAST * Math.abs(eigen.values()[0])) used++;
        if (used == 0) throw new DataException("all images of " + data.name()
                + " are the same: there is nothing to whiten; use --input scale");
        double[] factors = new double[used];
        for (int r = 0; r < used; r++) factors[r] = BRIGHTEST / Math.sqrt(eigen.values()[r]);
        float[] matrix = zca ? projected(eigen.vectors(), factors) : components(eigen.vectors(), factors);
        return Map.of(Scaling.SHIFT, shift(data, covariance.mean()), Scaling.MATRIX,
                Safetensors.Data.of(Shape.of(d, d), matrix));
    }

    /** Column r is vector r times its factor, or 0. */
    private static float[] components(double[][] vectors, double[] factors) {
        int d = vectors.length;
        var matrix = new float[d * d];
        for (int r = 0; r < factors.length; r++)
            for (int i = 0; i < d; i++) matrix[i * d + r] = (float) (vectors[r][i] * factors[r]);
        return matrix;
    }

    /** The sum of factor v v^T, in tiles of rows, each of which takes all vectors through the cache once. */
    private static float[] projected(double[][] vectors, double[] factors) {
        int d = vectors.length;
        var matrix = new float[d * d];
        IntStream.range(0, Math.ceilDiv(d, TILE)).parallel().forEach(t -> {
            int from = t * TILE, to = Math.min(d, from + TILE);
            double[][] rows = new double[to - from][d];
            for (int r = 0; r < factors.length; r += TERMS)
                for (int i = from; i < to; i++) add(rows[i - from], i, vectors, factors, r);
            for (int i = from; i < to; i++)
                for (int j = 0; j < d; j++) matrix[i * d + j] = (float) rows[i - from][j];
        });
        return matrix;
    }

    private static void add(double[] row, int i, double[][] v, double[] factors, int r) {
        if (r + TERMS > factors.length) {
            for (int k = r; k < factors.length; k++) {
                double a = factors[k] * v[k][i];
                for (int j = 0; j < row.length; j++) row[j] += a * v[k][j];
            }
            return;
        }
        double[] v0 = v[r], v1 = v[r + 1], v2 = v[r + 2], v3 = v[r + 3];
        double a0 = factors[r] * v0[i], a1 = factors[r + 1] * v1[i], a2 = factors[r + 2] * v2[i], a3 = factors[r + 3] * v3[i];
        for (int j = 0; j < row.length; j++) row[j] += a0 * v0[j] + a1 * v1[j] + a2 * v2[j] + a3 * v3[j];
    }
}
