package org.gabor.data;

import java.util.List;
import java.util.stream.IntStream;

/** Images of a data set, for assertions. */
final class Pixels {
    private Pixels() {
    }

    static byte[] of(Dataset data, int index) {
        byte[] pixels = new byte[data.imageBytes()];
        data.image(index, pixels, 0);
        return pixels;
    }

    /** The sum of a channel over all images. */
    static long sum(Dataset data, int channel) {
        int plane = data.height() * data.width();
        long sum = 0;
        for (int i = 0; i < data.size(); i++) {
            byte[] pixels = of(data, i);
            for (int p = channel * plane; p < (channel + 1) * plane; p++) {
                sum += pixels[p] & 0xFF;
            }
        }
        return sum;
    }

    /** How many images each class has. */
    static int[] countByClass(Dataset data) {
        int[] counts = new int[data.classes().size()];
        for (int i = 0; i < data.size(); i++) {
            counts[data.label(i)]++;
        }
        return counts;
    }

    /** n images of 1 x h x w with pixels that differ, and labels 0 .. classes - 1 in turn. */
    static MemoryDataset pattern(int n, int classes, int h, int w) {
        byte[][] images = new byte[n][h * w];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % classes;
            for (int p = 0; p < h * w; p++) {
                images[i][p] = (byte) (31 * i + 7 * p);
            }
        }
        List<String> names = IntStream.range(0, classes).mapToObj(k -> "class " + k).toList();
        return new MemoryDataset("pattern", names, new ImageSize(1, h, w), images, labels);
    }
}
