package org.gabor.tests.pytorch;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss.Softmax;
import org.gabor.graph.Movement.Pad;
import org.gabor.graph.Movement.Slice;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnStats;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.Update.RunningUpdate;
import org.gabor.graph.Window;
import org.gabor.tests.pytorch.Reference.Entry;

/** PyTorch's layers in terms of our operations, as far as there are any yet. */
final class Layers {
    private Layers() {
    }

    /** Builds y from the tensors that the entry takes. */
    interface Body {
        Node build(Graph g, Map<String, Node> in);
    }

    /** How the layer of an entry is built, or empty if it needs what is not there. */
    static Optional<Body> of(Entry e) {
        Entry a = e.args();
        return switch (e.string("layer")) {
            case "conv2d" -> when(a.number("dilation") == 1 && a.number("groups") == 1,
                    (_, in) -> of(in, "x").conv2d(of(in, "weight"), window(a, of(in, "weight").shape().h()))
                            .addBias(of(in, "bias")));
            case "max_pool2d" -> when(a.number("dilation") == 1 && !a.flag("ceil_mode"),
                    (_, in) -> of(in, "x").maxPool(window(a, (int) a.number("kernel"))));
            case "avg_pool2d" -> when(a.flag("count_include_pad") && !a.flag("ceil_mode"),
                    (_, in) -> of(in, "x").meanPool(window(a, (int) a.number("kernel"))));
            case "adaptive_avg_pool2d" -> when(single(a), (_, in) -> of(in, "x").meanPool(global(of(in, "x"))));
            case "adaptive_max_pool2d" -> when(single(a), (_, in) -> of(in, "x").maxPool(global(of(in, "x"))));
            case "linear" -> Optional.of((_, in) -> of(in, "x").matmul(of(in, "weight"), false, true)
                    .addBias(of(in, "bias")));
            case "batch_norm_train" -> Optional.of((g, in) -> {
                Node x = of(in, "x"), stats = g.add(new BnStats(), x);
                Node running = g.parameter("running", TensorType.f32(2, 3)), guard = g.parameter("guard", Update.GUARD);
                g.add(new RunningUpdate(a.number("momentum"), x.shape().n() * x.shape().plane()), running, stats,
                        guard);
                return g.add(new BatchNorm(a.number("eps")), x, stats, of(in, "weight"), of(in, "bias"));
            });
            case "batch_norm_eval" -> Optional.of((g, in) -> g.add(new BatchNorm(a.number("eps")), of(in, "x"),
                    g.parameter("running", TensorType.f32(2, 3)), of(in, "weight"), of(in, "bias")));
            case "relu" -> Optional.of((_, in) -> of(in, "x").relu());
            case "tanh" -> Optional.of((_, in) -> of(in, "x").tanh());
            case "softmax" -> Optional.of((g, in) -> softmax(g, of(in, "x")));
            case "pad" -> Optional.of((g, in) -> g.add(pad(a), of(in, "x")));
            case "linear_backward_through_conv_bn_relu_pool" -> Optional.of((g, in) -> {
                Node y = of(in, "x").conv2d(of(in, "w1"), Window.of(3, 1, 1));
                Node bn = g.add(new BatchNorm(1e-5), y, g.add(new BnStats(), y), of(in, "g"), of(in, "b"));
                return bn.relu().maxPool(Window.of(2, 2, 0)).flatten().matmul(of(in, "w2"), false, true);
            });
            default -> Optional.empty();
        };
    }

    private static Optional<Body> when(boolean supported, Body body) {
        return supported ? Optional.of(body) : Optional.empty();
    }

    private static Node of(Map<String, Node> in, String name) {
        Node n = in.get(name);
        if (n == null) throw new IllegalArgumentException("no tensor " + name + " among " + in.keySet());
        return n;
    }

    private static Window window(Entry a, int kernel) {
        return Window.of(kernel, (int) a.number("stride"), (int) a.number("padding"));
    }

    private static boolean single(Entry a) {
        double[] size = a.numbers("output");
        return size[0] == 1 && size[1] == 1;
    }

    private static Window global(Node x) { return new Window(x.shape().h(), x.shape().w(), 1, 1, 0, 0, 0, 0); }

    private static Pad pad(Entry a) {
        int[] p = Arrays.stream(a.numbers("left,right,top,bottom")).mapToInt(d -> (int) d).toArray();
        return Pad.of(new int[] {0, 0, p[2], p[0]}, new int[] {0, 0, p[3], p[1]});
    }

    /** Over the channels of an image: a row of our softmax is one pixel, cut out and put back. */
    private static Node softmax(Graph g, Node x) {
        Shape s = x.shape();
        Node sum = null;
        for (int h = 0; h < s.h(); h++)
            for (int w = 0; w < s.w(); w++) {
                var cut = Slice.of(new int[] {0, 0, h, w}, new int[] {s.n(), s.c(), h + 1, w + 1});
                Node pixel = g.add(new Softmax(), g.add(cut, x).flatten()).reshape(Shape.of(s.n(), s.c(), 1, 1));
                var back = Pad.of(new int[] {0, 0, h, w}, new int[] {0, 0, s.h() - 1 - h, s.w() - 1 - w});
                Node part = g.add(back, pixel);
                sum = sum == null ? part : sum.plus(part);
            }
        if (sum == null) throw new IllegalArgumentException("no pixels in " + s);
        return sum;
    }

    /** Running statistics before the step, as the script makes them: a tensor as mean, a tensor + 1.5 as variance. */
    static double[] running() {
        double[] mean = Reference.tensor("running_mean", 3), variance = Reference.tensor("running_var", 3);
        return DoubleStream.concat(Arrays.stream(mean), Arrays.stream(variance).map(v -> v + 1.5)).toArray();
    }
}
