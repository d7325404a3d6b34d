package org.gabor.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How hands write the ten digits: for each some ways, each way one or more strokes, each stroke points that the pen
 * passes through in the order of writing.
 */
final class DigitShapes {
    /** The ways to write each digit, by digit. */
    private static final List<List<Way>> WAYS = List.of(
            List.of(way(5, "58,6 36,2 14,22 5,52 16,86 40,98 64,84 73,50 66,18 46,3"),
                    way(3, "40,3 18,12 8,45 14,82 34,97 54,86 63,52 54,14 36,2"),
                    way(3, "62,16 44,3 22,14 9,46 14,84 38,98 62,86 74,52 68,22 52,7 38,10"),
                    way(1, "48,2 72,22 74,60 54,95 26,95 6,66 8,30 28,5 52,5")),
            List.of(way(6, "52,2 50,34 47,66 45,98"),
                    way(3, "34,20 44,12 54,2! 53,34 51,66 50,98"),
                    way(2, "34,18 52,2! 51,50 50,96 | 28,97 50,96 72,96"),
                    way(2, "56,3 52,30 50,60 52,97")),
            List.of(way(5, "10,26 26,5 52,4 64,22 54,48 30,74 6,96! 28,93 52,94 76,95"),
                    way(4, "12,22 32,3 58,8 64,28 52,55 30,82 12,95 6,84 20,76 42,88 60,96 78,88"),
                    way(2, "8,14 34,3 60,12 62,34 44,62 8,92! 40,90 74,84"),
                    way(2, "14,30 20,8 44,2 62,16 58,40 36,70 18,90 34,94 56,90 76,94")),
            List.of(way(5, "12,14 34,2 60,9 63,28 46,44 28,47! 52,50 69,66 62,88 36,98 8,87"),
                    way(3, "10,8 34,4 64,5! 48,24 32,42! 56,46 70,64 62,88 36,98 8,90"),
                    way(4, "14,18 36,3 58,10 58,30 38,44 34,50 58,54 68,74 54,94 26,97 6,82")),
            List.of(way(5, "22,6 16,30 8,56! 30,58 52,55 76,52 | 58,18 55,56 51,98"),
                    way(3, "56,3 32,32 6,64! 40,64 76,62 | 56,3 55,50 54,98"),
                    way(3, "18,8 14,32 14,50 30,56 50,48 60,36 | 64,4 60,40 54,97"),
                    way(2, "12,6 10,28 14,46! 36,46 60,42 | 62,4 62,50 60,98")),
            List.of(way(4, "22,6 18,24 14,44! 34,37 58,45 68,66 56,90 30,98 6,88 | 22,6 46,5 72,3"),
                    way(3, "70,5 46,6 24,8! 20,26 16,44! 38,38 62,50 66,74 50,94 26,97 6,86"),
                    way(2, "66,4 42,8 26,10 18,28 24,42 46,48 62,64 58,86 36,97 8,92")),
            List.of(way(5, "60,4 36,16 16,42 8,70 20,94 44,97 60,82 54,62 34,57 12,74"),
                    way(3, "42,2 26,26 12,56 12,82 28,97 52,92 62,74 50,58 30,62 16,78"),
                    way(2, "70,6 44,8 20,30 8,62 18,90 42,98 64,86 62,66 40,56 14,66")),
            List.of(way(5, "8,8 38,7 70,5! 54,34 40,66 30,98"),
                    way(3, "8,9 38,7 70,6! 52,40 34,97 | 22,50 42,48 64,46"),
                    way(2, "8,22 10,8! 40,9 70,6! 56,44 48,98"),
                    way(2, "4,16 24,5 50,9 72,7 60,34 44,66 38,98")),
            List.of(way(5, "62,14 40,2 16,12 18,32 42,47 64,66 58,90 34,98 10,86 14,64 38,46 60,30 64,12"),
                    way(2, "38,2 16,16 22,38 40,46 60,36 62,14 40,2 | 40,46 14,60 10,84 36,98 62,86 62,62 40,46"),
                    way(3, "66,8 42,3 20,14 26,36 50,54 58,78 40,97 18,86 22,62 48,42 68,20")),
            List.of(way(4, "62,16 42,3 18,12 10,34 26,50 48,42 62,20! 62,56 58,98"),
                    way(3, "64,18 44,2 18,12 12,36 30,48 54,36 64,14! 64,44 58,76 38,97 12,92"),
                    way(3, "58,8 34,4 12,22 18,44 42,46 60,24 62,8 58,44 46,76 36,98"),
                    way(2, "60,30 42,4 16,14 12,38 32,48 56,34 62,14 66,50 64,96")));

    private DigitShapes() {
    }

    /**
     * A way to write a digit.
     *
     * @param weight  how common it is among those of its digit
     * @param strokes the lines it is made of
     */
    record Way(int weight, List<Stroke> strokes) {
    }

    /** One line of the pen, as the points that it passes through. */
    static final class Stroke {
        private final double[] x;
        private final double[] y;
        private final boolean[] corners;

        Stroke(double[] x, double[] y, boolean[] corners) {
            this.x = x;
            this.y = y;
            this.corners = corners;
        }

        /** Of each point, 0 (left) to about 0.8, in heights of the digit. */
        double[] x() {
            return x;
        }

        /** Of each point, 0 (top) to 1. */
        double[] y() {
            return y;
        }

        /** Whether the pen turns sharply at each point. */
        boolean[] corners() {
            return corners;
        }

        int size() {
            return x.length;
        }
    }

    /**
     * One of the ways to write a digit.
     *
     * @param choice in [0, 1); the ways share this interval by weight
     */
    static Way choose(int digit, double choice) {
        List<Way> ways = WAYS.get(digit);
        double rest = choice * ways.stream().mapToInt(Way::weight).sum();
        for (Way way : ways) {
            rest -= way.weight();
            if (rest < 0) {
                return way;
            }
        }
        return ways.getLast();
    }

    /** Points {@code x,y} in hundredths, {@code !} after those with a corner, {@code |} between strokes. */
    private static Way way(int weight, String text) {
        List<Stroke> strokes = new ArrayList<>();
        for (String stroke : text.split(" \\| ", -1)) {
            String[] points = stroke.split(" ", -1);
            strokes.add(new Stroke(coordinate(points, 0), coordinate(points, 1), corners(points)));
        }
        return new Way(weight, strokes);
    }

    private static double[] coordinate(String[] points, int axis) {
        return Arrays.stream(points).mapToDouble(p -> Integer.parseInt(p.replace("!", "").split(",", -1)[axis]) / 100.0)
                .toArray();
    }

    private static boolean[] corners(String[] points) {
        boolean[] corners = new boolean[points.length];
        for (int i = 0; i < points.length; i++) {
            corners[i] = points[i].endsWith("!");
        }
        return corners;
    }
}
