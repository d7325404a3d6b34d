package org.gabor.data;

import java.util.List;
import java.util.stream.IntStream;
import org.gabor.random.Permutation;
import org.gabor.random.Stream;

/**
 * Handwritten-like digits that need no download: white ink on black, 28 x 28, placed as MNIST's are.
 *
 * <p>
 * A digit is written, not typeset: one of several ways to write it ({@link DigitShapes}) by a {@link Hand} of its own,
 * then stretched, slanted, turned and distorted elastically ({@link Elastic}). As in MNIST, it is scaled into a box of
 * about 20 pixels, and its centre of mass put near the middle.
 * Sample i is a function of the seed and i alone, on any machine and with any number of threads; of ten samples in a
 * row each digit is one.
 */
final class Digits {
    private static final int SIDE = 28;
    private static final int TRAIN = 10_000;
    private static final int TEST = 2_000;
    /** Samples to test on start here, far behind those to train on. */
    private static final int FIRST_TEST = 10_000_000;
    private static final int CLASSES = 10;
    private static final int LABELS = Stream.id("digits/label");
    private static final int IMAGES = Stream.id("digits/image");
    private static final double BOX = 20;

    private Digits() {
    }

    /** 10,000 samples to train on and 2,000 to test. */
    static DataSplits splits(long seed) {
        return new DataSplits("digits", part("digits train", seed, 0, TRAIN), null,
                part("digits test", seed, FIRST_TEST, TEST));
    }

    private static Dataset part(String name, long seed, int first, int count) {
        byte[][] images = IntStream.range(first, first + count).parallel().mapToObj(i -> image(seed, i))
                .toArray(byte[][]::new);
        int[] labels = IntStream.range(first, first + count).map(i -> label(seed, i)).toArray();
        List<String> classes = IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList();
        return new MemoryDataset(name, classes, new ImageSize(1, SIDE, SIDE), images, labels);
    }

    /** The digit that sample {@code index} shows. */
    static int label(long seed, int index) {
        return Permutation.of(seed, LABELS, index / CLASSES, CLASSES).at(index % CLASSES);
    }

    /** The pixels of sample {@code index}, [28,28]. */
    static byte[] image(long seed, int index) {
        Draws draws = new Draws(new Stream(seed, IMAGES, index, 0));
        DigitShapes.Way way = DigitShapes.choose(label(seed, index), draws.uniform(0, 1));
        Ink ink = new Hand(draws).write(way);
        ink.move(posture(draws));
        ink.move(new Elastic(draws, draws.uniform(0.015, 0.055)));
        double softness = draws.uniform(0.9, 1.6);
        ink.move(placement(ink, softness, draws));
        return ink.draw(SIDE, softness, draws.uniform(210, 255));
    }

    /** Width, slant and turn of the whole digit. */
    private static Ink.Motion posture(Draws draws) {
        double width = StrictMath.exp(draws.normal(0, 0.14));
        double slant = draws.normal(0.1, 0.18);
        double turn = draws.normal(0, 0.08);
        double cos = StrictMath.cos(turn);
        double sin = StrictMath.sin(turn);
        return (x, y, to) -> {
            double u = width * (x - 0.4) - slant * (y - 0.5);
            double v = y - 0.5;
            to.accept(cos * u - sin * v, sin * u + cos * v);
        };
    }

    /** Scales the ink into the box, give or take, and puts its centre of mass near the middle of the image. */
    private static Ink.Motion placement(Ink ink, double softness, Draws draws) {
        double scale = (BOX * draws.uniform(0.86, 1.06) - 2 * ink.penRadius()) / ink.extent();
        double margin = 1 + ink.widestRadius() + softness / 2;
        double x = shift(scale * ink.massX(), scale * ink.left(), scale * ink.right(), margin, draws);
        double y = shift(scale * ink.massY(), scale * ink.top(), scale * ink.bottom(), margin, draws);
        return (u, v, to) -> to.accept(scale * u + x, scale * v + y);
    }

    /** How far to move along an axis: the mass near the middle, and the margin empty. */
    private static double shift(double mass, double low, double high, double margin, Draws draws) {
        double centred = SIDE / 2.0 + draws.uniform(-0.8, 0.8) - mass;
        return Math.min(Math.max(centred, margin - low), SIDE - margin - high);
    }
}
