package org.gabor.data;

/**
 * A line of ink: a chain of points, each with the radius of the pen there. A chain may hold several lines; a new line
 * starts where {@link #lift} was called.
 */
final class Ink {
    private static final int CAPACITY = 512;

    private final double[] x = new double[CAPACITY];
    private final double[] y = new double[CAPACITY];
    private final double[] radius = new double[CAPACITY];
    private final boolean[] starts = new boolean[CAPACITY];
    private int size;
    private boolean lifted = true;

    /** The next point starts a new line. */
    void lift() {
        lifted = true;
    }

    /** The line goes on to (px, py). */
    void to(double px, double py, double penRadius) {
        x[size] = px;
        y[size] = py;
        radius[size] = penRadius;
        starts[size] = lifted;
        lifted = false;
        size++;
    }

    /** Moves every point. */
    void move(Motion motion) {
        for (int i = 0; i < size; i++) {
            int point = i;
            motion.apply(x[i], y[i], (toX, toY) -> {
                x[point] = toX;
                y[point] = toY;
            });
        }
    }

    /** A map of the plane. */
    interface Motion {
        void apply(double x, double y, Point to);
    }

    /** Takes a point. */
    interface Point {
        void accept(double x, double y);
    }

    /** The mean radius of the pen. */
    double penRadius() {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += radius[i];
        }
        return sum / size;
    }

    /** The largest radius of the pen. */
    double widestRadius() {
        return high(radius);
    }

    double left() {
        return low(x);
    }

    double right() {
        return high(x);
    }

    double top() {
        return low(y);
    }

    double bottom() {
        return high(y);
    }

    /** The larger side of the box around the centre line. */
    double extent() {
        return Math.max(right() - left(), bottom() - top());
    }

    /** The x of the centre of mass: each piece of line weighs length times radius. */
    double massX() {
        return mass(x);
    }

    /** The y of the centre of mass. */
    double massY() {
        return mass(y);
    }

    private double low(double[] values) {
        double low = values[0];
        for (int i = 1; i < size; i++) {
            low = Math.min(low, values[i]);
        }
        return low;
    }

    private double high(double[] values) {
        double high = values[0];
        for (int i = 1; i < size; i++) {
            high = Math.max(high, values[i]);
        }
        return high;
    }

    private double mass(double[] values) {
        double sum = 0;
        double weights = 0;
        for (int i = 1; i < size; i++) {
            if (!starts[i]) {
                double weight = Math.sqrt(square(x[i] - x[i - 1]) + square(y[i] - y[i - 1]))
                        * (radius[i] + radius[i - 1]);
                sum += weight * (values[i] + values[i - 1]) / 2;
                weights += weight;
            }
        }
        return sum / weights;
    }

    /**
     * Draws the lines: a pixel whose centre lies d from the nearest line with radius r gets the ink
     * {@code clamp((r - d) / softness + 1/2, 0, 1)}.
     *
     * @param side     height and width of the image; pixel (i, j) has its centre at x = j + 1/2, y = i + 1/2
     * @param softness width of the edge in pixels
     * @param ink      the value of full ink, up to 255
     */
    byte[] draw(int side, double softness, double ink) {
        double[] coverage = new double[side * side];
        for (int i = 1; i < size; i++) {
            if (!starts[i]) {
                drawPiece(i, side, softness, coverage);
            }
        }
        byte[] pixels = new byte[side * side];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.round(ink * coverage[i]);
        }
        return pixels;
    }

    private void drawPiece(int i, int side, double softness, double[] coverage) {
        double ax = x[i - 1];
        double ay = y[i - 1];
        double bx = x[i] - ax;
        double by = y[i] - ay;
        double length2 = Math.max(bx * bx + by * by, 1e-12);
        double reach = Math.max(radius[i], radius[i - 1]) + softness / 2;
        int top = Math.max(0, (int) Math.floor(Math.min(ay, y[i]) - reach - 0.5));
        int bottom = Math.min(side - 1, (int) Math.ceil(Math.max(ay, y[i]) + reach - 0.5));
        int left = Math.max(0, (int) Math.floor(Math.min(ax, x[i]) - reach - 0.5));
        int right = Math.min(side - 1, (int) Math.ceil(Math.max(ax, x[i]) + reach - 0.5));
        for (int row = top; row <= bottom; row++) {
            for (int column = left; column <= right; column++) {
                double px = column + 0.5 - ax;
                double py = row + 0.5 - ay;
                double t = Math.clamp((px * bx + py * by) / length2, 0, 1);
                double d = Math.sqrt(square(px - t * bx) + square(py - t * by));
                double r = radius[i - 1] + t * (radius[i] - radius[i - 1]);
                int pixel = row * side + column;
                coverage[pixel] = Math.max(coverage[pixel], Math.clamp((r - d) / softness + 0.5, 0, 1));
            }
        }
    }

    private static double square(double v) {
        return v * v;
    }
}
