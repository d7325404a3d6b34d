package org.gabor.train;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.gabor.data.Dataset;

/**
 * Mean and covariance of the pixels of a data set, in exact integers up to the last division. Pixels less 128 are whole
 * numbers of at most 128, so the sum of 1024 products of two fits into the 24 bits of a float without rounding: inner
 * loops are in floats, totals in doubles, and the order of summation does not matter.
 *
 * @param mean of each value of an image, 0 to 255, in the order [c,h,w]
 * @param rows of the covariance matrix: c[i][j] = sum of (x_i - mean_i) (x_j - mean_j) / n
 */
record Covariance(double[] mean, double[][] rows) {
    private static final int EXACT = 1024;
    private static final int CENTRE = 128;
    /** Rows of the matrix that are summed together; also images that are multiplied together. */
    private static final int TILE = 4;

    /** Reads all images. */
    static Covariance of(Dataset data) {
        int d = data.imageBytes(), n = data.size();
        double[][] sums = new double[d][];
        for (int i = 0; i < d; i++) sums[i] = new double[d - i];
        long[] total = new long[d];
        var images = new float[EXACT][d];
        for (int from = 0; from < n; from += EXACT) {
            int first = from, count = Math.min(EXACT, n - from);
            IntStream.range(0, EXACT).parallel().forEach(b -> read(data, first + b, b < count, images[b]));
            for (int b = 0; b < count; b++) for (int i = 0; i < d; i++) total[i] += (long) images[b][i];
            int used = Math.ceilDiv(count, TILE) * TILE;
            IntStream.range(0, Math.ceilDiv(d, TILE)).parallel().forEach(t -> add(images, used, t * TILE, d, sums));
        }
        return of(total, sums, n);
    }

    /** Pixels less 128; zeros where there is no image. */
    private static void read(Dataset data, int index, boolean there, float[] image) {
        if (!there) {
            Arrays.fill(image, 0);
            return;
        }
        byte[] pixels = new byte[image.length];
        data.image(index, pixels, 0);
        for (int i = 0; i < image.length; i++) image[i] = (pixels[i] & 0xFF) - CENTRE;
    }

    private static void add(float[][] images, int count, int from, int d, double[][] sums) {
        float[] sum = new float[d];
        for (int i = from; i < Math.min(d, from + TILE); i++) {
            Arrays.fill(sum, i, d, 0);
            for (int b = 0; b < count; b += TILE) {
                float[] x0 = images[b], x1 = images[b + 1], x2 = images[b + 2], x3 = images[b + 3];
                add(sum, i, x0, x1, x2, x3);
            }
            double[] to = sums[i];
            for (int j = i; j < d; j++) to[j - i] += sum[j];
        }
    }

    private static void add(float[] sum, int i, float[] x0, float[] x1, float[] x2, float[] x3) {
        float a0 = x0[i], a1 = x1[i], a2 = x2[i], a3 = x3[i];
        for (int j = i; j < sum.length; j++) sum[j] += a0 * x0[j] + a1 * x1[j] + a2 * x2[j] + a3 * x3[j];
    }

    private static Covariance of(long[] total, double[][] sums, int n) {
        int d = total.length;
        double[] mean = new double[d];
        double[][] rows = new double[d][d];
        for (int i = 0; i < d; i++) {
            mean[i] = CENTRE + (double) total[i] / n;
            for (int j = i; j < d; j++) {
                rows[i][j] = (sums[i][j - i] - (double) total[i] * total[j] / n) / n;
                rows[j][i] = rows[i][j];
            }
        }
        return new Covariance(mean, rows);
    }
}
