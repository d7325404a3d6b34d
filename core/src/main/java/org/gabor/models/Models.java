package org.gabor.models;

import java.util.List;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.data.ImageSize;
import org.gabor.nn.ModelSpec;

/** The networks by name. */
public final class Models {
    private static final List<Architecture> ALL =
            List.of(new LeNet5(false), new LeNet5(true), new CifarResNet(3, false),
                    new CifarResNet(3, true));

    private Models() {}

    /** All networks. */
    public static List<Architecture> all() { return ALL; }

    /**
     * The network of that name.
     *
     * @throws UsageException if there is none, with the nearest name
     */
    public static Architecture byName(String name) {
        return ALL.stream().filter(a -> a.name().equals(name)).findFirst()
                .orElseThrow(() -> new UsageException(
                        Suggest.unknown("model", name, ALL.stream().map(Architecture::name).toList())));
    }

    /** LeNet-5 with ReLU and max pooling, for 28x28 images of one channel and 10 classes if nothing else is said. */
    public static Builder lenet5() { return builder("lenet5"); }

    /** LeNet-5 as in the paper. */
    public static Builder lenet5Tanh() { return builder("lenet5-tanh"); }

    /**
     * ResNet-20 with zero-padded shortcuts, for 32x32 images of three channels and 10 classes if nothing else is said.
     */
    public static Builder resnet20() { return builder("resnet20"); }

    /** ResNet-20 with projections. */
    public static Builder resnet20b() { return builder("resnet20-b"); }

    /** The network of that name, for the images it was made for and 10 classes if nothing else is said. */
    public static Builder builder(String name) {
        Architecture architecture = byName(name);
        ImageSize in = architecture.input();
        return new Builder(architecture, in.channels(), in.height(), in.width(), 10);
    }

    /** A network whose input and classes are still to be said. */
    public record Builder(Architecture architecture, int channels, int height, int width, int classes) {
        /** The same for so many classes. */
        public Builder classes(int count) { return new Builder(architecture, channels, height, width, count); }

        /** The same for images of that size. */
        public Builder input(int c, int h, int w) { return new Builder(architecture, c, h, w, classes); }

        /**
         * The network.
         *
         * @throws UsageException if it cannot take such images
         */
        public ModelSpec build() {
            return new ModelSpec(architecture.name(), channels, height, width, classes,
                    architecture.layers(channels, height, width, classes));
        }
    }
}
