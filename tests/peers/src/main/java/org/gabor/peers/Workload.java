package org.gabor.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Work that is timed, the same for every peer. */
sealed interface Workload {
    /** What it is called on the command line and in tables. */
    String name();

    /** The networks. */
    enum Net {
        /** LeNet-5 with ReLU and max pooling, images of 1x28x28, batch of 64. */
        LENET5("lenet5", 64, 1, 28),
        /** ResNet-20 with projections as shortcuts, images of 3x32x32, batch of 128. */
        RESNET20_B("resnet20-b", 128, 3, 32);

        /** What Gabor calls it. */
        final String model;
        final int batch;
        final int channels;
        /** Height and width of an image. */
        final int side;

        Net(String model, int batch, int channels, int side) {
            this.model = model;
            this.batch = batch;
            this.channels = channels;
            this.side = side;
        }
    }

    /** Forward, softmax cross-entropy, backward, SGD with momentum. */
    record Train(Net net) implements Workload {
        @Override
        public String name() { return net.model + "-train"; }
    }

    /** Images to scores. */
    record Infer(Net net) implements Workload {
        @Override
        public String name() { return net.model + "-infer"; }
    }

    /** Which way through a convolution. */
    enum Direction {
        FORWARD, DGRAD, WGRAD
    }

    /**
     * A 3x3 convolution with padding 1 and as many filters as channels, without bias.
     *
     * @param images the batch
     * @param channels channels, and filters
     * @param side height and width
     */
    record Convolution(Direction direction, int images, int channels, int side) implements Workload {
        @Override
        public String name() {
            return "conv-" + channels + "@" + side + "-" + direction.name().toLowerCase(java.util.Locale.ROOT);
        }

        /** Operations of a run, a multiply-add being two. */
        double flops() { return 2.0 * 9 * images * channels * channels * side * side; }
    }

    /** Every workload there is. */
    static List<Workload> all() {
        var all = new ArrayList<Workload>();
        for (Net net : Net.values()) all.add(new Train(net));
        for (Net net : Net.values()) all.add(new Infer(net));
        int[][] shapes = {{128, 16, 32}, {128, 32, 16}, {128, 64, 8}, {64, 64, 32}, {16, 128, 28}, {16, 256, 14}};
        for (int[] s : shapes)
            for (Direction d : Direction.values()) all.add(new Convolution(d, s[0], s[1], s[2]));
        return all;
    }

    /** The workloads whose names begin with one of the words; all if there are no words. */
    static List<Workload> named(String... words) {
        return all().stream()
                .filter(w -> words.length == 0 || Arrays.stream(words).anyMatch(word -> w.name().startsWith(word))).toList();
    }
}
