package org.gabor.data;

/**
 * An elastic distortion (Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
 * visual document analysis", ICDAR 2003): every point moves by a smooth random field. Where they blur white noise on
 * the pixels with a Gaussian, this field is white noise on a coarse grid under cubic B-splines, which are nearly
 * Gaussian and cost 16 terms a point.
 */
final class Elastic implements Ink.Motion {
    private static final int GRID = 7;

    private final double[] dx = new double[GRID * GRID];
    private final double[] dy = new double[GRID * GRID];

    /**
     * A field over [-0.5, 0.5] x [-0.5, 0.5].
     *
     * @param strength standard deviation of the noise on the grid; points move by about half of it
     */
    Elastic(Draws draws, double strength) {
        for (int i = 0; i < dx.length; i++) {
            dx[i] = draws.normal(0, strength);
            dy[i] = draws.normal(0, strength);
        }
    }

    @Override
    public void apply(double x, double y, Ink.Point to) {
        to.accept(x + at(dx, x + 0.5, y + 0.5), y + at(dy, x + 0.5, y + 0.5));
    }

    private static double at(double[] noise, double x, double y) {
        double u = cell(x);
        double v = cell(y);
        int i = (int) u;
        int j = (int) v;
        double sum = 0;
        for (int row = 0; row < 4; row++) {
            double line = 0;
            for (int column = 0; column < 4; column++) {
                line += spline(column, u - i) * noise[(j + row) * GRID + i + column];
            }
            sum += spline(row, v - j) * line;
        }
        return sum;
    }

    /** Where a coordinate lies among the GRID - 3 cells, points outside on the edge. */
    private static double cell(double t) {
        int cells = GRID - 3;
        return Math.clamp(t * cells, 0, cells - 1e-9);
    }

    /** The four pieces of the uniform cubic B-spline at t in [0, 1). */
    private static double spline(int piece, double t) {
        double s = 1 - t;
        return switch (piece) {
            case 0 -> s * s * s / 6;
            case 1 -> (3 * t * t * t - 6 * t * t + 4) / 6;
            case 2 -> (3 * s * s * s - 6 * s * s + 4) / 6;
            default -> t * t * t / 6;
        };
    }
}
