package org.gabor.tests;

import static org.gabor.tests.Args.kept;
import static org.gabor.tests.Args.pixels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Augmentation.DrawMaps;
import org.gabor.graph.Augmentation.Warp;
import org.gabor.graph.Distortion;
import org.gabor.graph.Pointwise.Normalize;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.gabor.random.Stream;

/** Random maps, the same everywhere to the last bit, and images as maps place them. */
final class AugmentationCases {
    private static final int[][] IMAGES = {{1, 1, 1, 1}, {5, 1, 1, 6}, {3, 3, 5, 1}, {2, 1, 2, 2}, {2, 3, 5, 7}, {17, 1, 9, 6},
            {1, 3, 17, 33}, {4, 2, 8, 8}, {16, 1, 7, 5}, {32, 3, 4, 6}, {16, 2, 1, 3}, {48, 1, 3, 1}, {16, 1, 1, 1}};

    private AugmentationCases() {}

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        draws(cases);
        for (int[] s : IMAGES) {
            cases.add(warp(s, Filling.INTEGERS, "identity", (_, _, k) -> still(k)));
            cases.add(warp(s, Filling.INTEGERS, "flips and whole shifts", (random, image, k) -> whole(s, random, image, k)));
            cases.add(warp(s, Filling.INTEGERS, "quarters of pixels", AugmentationCases::quarters));
            cases.add(warp(s, Filling.REALS, "any place", (random, image, k) -> anywhere(s, random, image, k)));
            cases.add(warp(s, Filling.REALS, "far away", AugmentationCases::faraway));
        }
        for (int n : new int[] {3, 16}) {
            int[] s = {n, 3, 8, 8};
            for (Distortion limits : List.of(new Distortion(0.5, 0.25, 0, 1, 1), new Distortion(0.5, 0.125, 8, 0.9, 1.1)))
                cases.add(Case.chain("augmented pixels + conv " + limits, Filling.REALS, step(s), (g, in) -> {
                    var draw = new DrawMaps(limits, n, 8, 8, 7);
                    var images = g.add(new Warp(), in.get(0), g.add(draw, in.get(2), in.get(3), in.get(4)));
                    var numbers = g.add(new Normalize(List.of(0.01, 0.02, 0.03), List.of(-1.0, 0.5, 0.0)), images);
                    g.output("y", numbers.conv2d(in.get(1), Window.of(3, 1, 1)));
                }));
        }
        return cases;
    }

    private static List<Case.Arg> step(int[] images) {
        var args = new ArrayList<>(List.of(pixels(images), kept("w", Values.NORMAL, 4, 3, 3, 3)));
        args.addAll(key(17, -4, 3, 1));
        return args;
    }

    private static List<Case.Arg> key(double... key) {
        return List.of(new Case.Arg("seed", TensorType.i32(2), false, Values.cycle(key[0], key[1])),
                new Case.Arg("step", TensorType.i32(1), false, Values.all(key[2])),
                new Case.Arg("epoch", TensorType.i32(1), false, Values.all(key[3])));
    }

    private static void draws(List<Case> cases) {
        double[][] keys = {{0, 0, 0, 0}, {17, -4, 3, 1}, {-1, 123456789, 1000000, 40}};
        var limits = List.of(Distortion.NONE, new Distortion(0.5, 0.125, 0, 1, 1), new Distortion(0.5, 0.125, 7, 0.9, 1.1),
                new Distortion(1, 0.9, 90, 0.25, 4), new Distortion(0.1, 0, 30, 1, 1), new Distortion(0, 0, 0, 0.5, 2));
        for (Distortion d : limits)
            for (int n : new int[] {1, 7, 8, 16, 33, 128})
                for (double[] key : keys)
                    cases.add(Case.of(new DrawMaps(d, n, 28, 33 - n % 4, Stream.id("augment/" + n)), Filling.INTEGERS,
                            key(key).toArray(Case.Arg[]::new)).named("with the key " + Arrays.toString(key)).withZeros());
    }

    /** Coefficient {@code k} of the map of an image. */
    private interface Map {
        double at(Stream random, int image, int k);
    }

    private static Case warp(int[] images, Filling f, String what, Map map) {
        int n = images[0];
        Values maps = (random, i) -> map.at(random, i % n, i / n);
        return Case.of(new Warp(), f, pixels(images),
                new Case.Arg("maps", TensorType.f32(Augmentation.COEFFICIENTS, n), false, maps)).named(what).withZeros();
    }

    private static double still(int k) { return k == 0 || k == 4 ? 1 : 0; }

    /** The first image stays, so that there is something to see. */
    private static double faraway(Stream random, int image, int k) {
        return image == 0 ? still(k) : 1e6 * random.normal(6L * image + k);
    }

    private static double whole(int[] s, Stream random, int image, int k) {
        if (image == 0) return still(k);
        boolean flipped = image % 2 == 1;
        return switch (k) {
            case 0 -> flipped ? -1 : 1;
            case 2 -> (flipped ? s[3] - 1 : 0) + random.below(2L * image, 2 * s[3] + 1) - s[3];
            case 4 -> 1;
            case 5 -> random.below(2L * image + 1, 2 * s[2] + 1) - s[2];
            default -> 0;
        };
    }

    private static double quarters(Stream random, int image, int k) {
        double quarter = (random.below(6L * image + k, 9) - 4) / 4.0;
        return k == 0 || k == 4 ? 1 + quarter / 2 : quarter;
    }

    private static double anywhere(int[] s, Stream random, int image, int k) {
        double v = random.normal(6L * image + k);
        return switch (k) {
            case 0, 4 -> 1 + 0.3 * v;
            case 2 -> s[3] * 0.3 * v;
            case 5 -> s[2] * 0.3 * v;
            default -> 0.3 * v;
        };
    }
}
