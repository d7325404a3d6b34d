package org.gabor.data;

import org.gabor.data.DigitShapes.Stroke;
import org.gabor.data.DigitShapes.Way;

/**
 * A writer: how far the pen strays, whether corners come out round, how thick the pen is, and how its width changes
 * with pressure and direction.
 */
final class Hand {
    private static final int STEPS_A_SPAN = 8;
    private static final int PRESSURES = 5;

    private final Draws draws;
    private final double stray;
    private final boolean rounds;
    private final double pen;
    private final double nib;
    private final double unsteady;

    Hand(Draws draws) {
        this.draws = draws;
        this.stray = draws.uniform(0.01, 0.038);
        this.rounds = draws.uniform(0, 1) < 0.25;
        this.pen = Math.clamp(1.25 * StrictMath.exp(draws.normal(0, 0.28)), 0.7, 2.2);
        this.nib = draws.uniform(-0.2, 0.2);
        this.unsteady = draws.uniform(0.05, 0.2);
    }

    /** Writes a digit; coordinates are in heights of the digit, the radius of the pen is in pixels. */
    Ink write(Way way) {
        Ink ink = new Ink();
        for (Stroke stroke : way.strokes()) {
            ink.lift();
            draw(scattered(stroke), ink);
        }
        return ink;
    }

    private Stroke scattered(Stroke stroke) {
        double[] x = stroke.x().clone();
        double[] y = stroke.y().clone();
        for (int i = 0; i < x.length; i++) {
            double factor = i == 0 || i == x.length - 1 ? 1.5 : 1;
            x[i] += draws.normal(0, factor * stray);
            y[i] += draws.normal(0, factor * stray);
        }
        return new Stroke(x, y, rounds ? new boolean[x.length] : stroke.corners());
    }

    private void draw(Stroke stroke, Ink ink) {
        double[] pressure = new double[PRESSURES];
        for (int k = 0; k < PRESSURES; k++) {
            pressure[k] = 1 + draws.normal(k == 0 || k == PRESSURES - 1 ? -unsteady : 0, unsteady);
        }
        int steps = (stroke.size() - 1) * STEPS_A_SPAN;
        for (int step = 0; step <= steps; step++) {
            int i = Math.min(step / STEPS_A_SPAN, stroke.size() - 2);
            double t = (double) step / STEPS_A_SPAN - i;
            double vx = slope(stroke.x(), stroke.corners(), i, t);
            double vy = slope(stroke.y(), stroke.corners(), i, t);
            double slantwise = 2 * vx * vy / Math.max(vx * vx + vy * vy, 1e-12);
            double width = between(pressure, (double) step / steps) * (1 + nib * slantwise);
            ink.to(value(stroke.x(), stroke.corners(), i, t), value(stroke.y(), stroke.corners(), i, t),
                    pen * Math.clamp(width, 0.5, 1.6));
        }
    }

    private static double between(double[] values, double t) {
        double place = t * (values.length - 1);
        int i = Math.min((int) place, values.length - 2);
        return values[i] + (place - i) * (values[i + 1] - values[i]);
    }

    /** The curve of Catmull and Rom (1974) between points i and i + 1. */
    private static double value(double[] p, boolean[] corners, int i, double t) {
        double m0 = tangent(p, corners, i, i, i + 1);
        double m1 = tangent(p, corners, i + 1, i, i + 1);
        double d = p[i + 1] - p[i];
        return p[i] + t * (m0 + t * (3 * d - 2 * m0 - m1 + t * (m0 + m1 - 2 * d)));
    }

    private static double slope(double[] p, boolean[] corners, int i, double t) {
        double m0 = tangent(p, corners, i, i, i + 1);
        double m1 = tangent(p, corners, i + 1, i, i + 1);
        double d = p[i + 1] - p[i];
        return m0 + t * (2 * (3 * d - 2 * m0 - m1) + 3 * t * (m0 + m1 - 2 * d));
    }

    /** Half of the way from the point before to the one after; at ends and corners the way along the span itself. */
    private static double tangent(double[] p, boolean[] corners, int at, int from, int to) {
        boolean ends = at == 0 || at == p.length - 1 || corners[at];
        return ends ? p[to] - p[from] : (p[at + 1] - p[at - 1]) / 2;
    }
}
