package org.gabor.train;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.gabor.compile.Compiler;
import org.gabor.data.Dataset;
import org.gabor.data.ImageSize;
import org.gabor.data.MemoryDataset;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Distortion;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.nn.Scope;
import org.gabor.random.Stream;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;

/** Images as a training with augmentation sees them. */
public final class AugmentedImages {
    private static final int AUGMENT = Stream.id("augment");
    private static final int BATCH = 64;

    private AugmentedImages() {}

    /** Appends the distortion of unsigned bytes [n,c,h,w] to a graph; without any they stay as they are. */
    static Node apply(Scope scope, Node images, Distortion limits) {
        if (limits.equals(Distortion.NONE)) return images;
        Graph g = scope.graph();
        Shape x = images.shape();
        var draw = new Augmentation.DrawMaps(limits, x.n(), x.h(), x.w(), AUGMENT);
        return g.add(new Augmentation.Warp(), images, g.add(draw, scope.seed(), scope.step(), scope.epoch()));
    }

    /**
     * The images of a data set, distorted by numbers of this seed and rounded, to be looked at.
     *
     * @param limits how far they may be moved, not {@link Distortion#NONE}
     * @param on where it is computed
     */
    public static Dataset of(Dataset data, Distortion limits, long seed, Device on) {
        int batch = Math.min(BATCH, data.size());
        var format = new ImageSize(data.channels(), data.height(), data.width());
        var scope = new Scope(new Graph(), true);
        Node images = scope.graph().input("images", TensorType.u8(batch, data.channels(), data.height(), data.width()));
        scope.graph().output("distorted", apply(scope, images, limits));
        var distorted = new byte[data.size()][];
        try (Executable step = on.backend().compile(Compiler.plan(scope.graph(), on.backend().rules()), Map.of())) {
            input(step, "seed").set((int) seed, (int) (seed >>> 32));
            input(step, "epoch").set(1);
            byte[] pixels = new byte[batch * format.bytes()];
            for (int from = 0; from < data.size(); from += batch) {
                int count = Math.min(batch, data.size() - from);
                for (int i = 0; i < count; i++) data.image(from + i, pixels, i * format.bytes());
                input(step, "images").set(pixels);
                input(step, "step").set(from / batch);
                step.run();
                float[] all = Objects.requireNonNull(step.outputs().get("distorted")).floats();
                for (int i = 0; i < count; i++)
                    distorted[from + i] = rounded(Arrays.copyOfRange(all, i * format.bytes(), (i + 1) * format.bytes()));
            }
        }
        int[] labels = IntStream.range(0, data.size()).map(data::label).toArray();
        return new MemoryDataset(data.name(), data.classes(), format, distorted, labels);
    }

    private static Tensor input(Executable step, String name) { return Objects.requireNonNull(step.inputs().get(name)); }

    private static byte[] rounded(float[] pixels) {
        var bytes = new byte[pixels.length];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) Math.round(pixels[i]);
        return bytes;
    }
}
