package org.gabor.tests.pytorch;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.gabor.graph.Activation;
import org.gabor.graph.Activation.Affine;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss.LogSoftmax;
import org.gabor.graph.Loss.Softmax;
import org.gabor.graph.Movement.Concat;
import org.gabor.graph.Movement.Interpolation;
import org.gabor.graph.Movement.Pad;
import org.gabor.graph.Movement.PadReflect;
import org.gabor.graph.Movement.Resize;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnStats;
import org.gabor.graph.Normalization.Lrn;
import org.gabor.graph.Pooling.AdaptivePool;
import org.gabor.graph.Pooling.Kind;
import org.gabor.graph.Pooling.MeanPool;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.Update.RunningUpdate;
import org.gabor.graph.Window;
import org.gabor.tests.pytorch.Reference.Entry;

/** PyTorch's layers in terms of our operations. */
final class Layers {
    private Layers() {
    }

    /** How y is built from the tensors that the layer of an entry takes. */
    static Node build(Entry e, Graph g, Map<String, Node> in) {
        Entry a = e.args();
        String layer = e.string("layer");
        return switch (layer) {
            case "linear_backward_through_conv_bn_relu_pool" -> {
                Node y = of(in, "x").conv2d(of(in, "w1"), Window.of(3, 1, 1));
                Node bn = g.add(new BatchNorm(1e-5), y, g.add(new BnStats(), y), of(in, "g"), of(in, "b"));
                yield bn.relu().maxPool(Window.of(2, 2, 0)).flatten().matmul(of(in, "w2"), false, true);
            }
            case "conv2d", "conv_transpose2d", "linear", "prelu", "batch_norm_train", "batch_norm_eval" ->
                    withWeights(layer, a, g, of(in, "x"), of(in, "weight"), in);
            default -> ofImage(layer, a, g, of(in, "x"));
        };
    }

    private static Node withWeights(String layer, Entry a, Graph g, Node x, Node w, Map<String, Node> in) {
        return switch (layer) {
            case "conv2d" -> x.conv2d(w, window(a, w.shape().h(), w.shape().w()), (int) a.number("groups"))
                    .addBias(of(in, "bias"));
            case "conv_transpose2d" -> transposed(a, g, x, w).addBias(of(in, "bias"));
            case "linear" -> x.matmul(w, false, true).addBias(of(in, "bias"));
            case "prelu" -> {
                Node negative = x.activate(new Affine(-1, 0)).relu().activate(new Affine(-1, 0));
                yield x.relu().plus(negative.times(w.reshape(Shape.of(1, w.shape().dim(0), 1, 1))));
            }
            case "batch_norm_train" -> {
                Node stats = g.add(new BnStats(), x);
                Node running = g.parameter("running", TensorType.f32(2, 3)), guard = g.parameter("guard", Update.GUARD);
                g.add(new RunningUpdate(a.number("momentum"), x.shape().n() * x.shape().plane()), running, stats,
                        guard);
                yield g.add(new BatchNorm(a.number("eps")), x, stats, w, of(in, "bias"));
            }
            case "batch_norm_eval" ->
                    g.add(new BatchNorm(a.number("eps")), x, g.parameter("running", TensorType.f32(2, 3)), w, of(in, "bias"));
            default -> throw new IllegalArgumentException("no layer " + layer);
        };
    }

    private static Node ofImage(String layer, Entry a, Graph g, Node x) {
        return switch (layer) {
            case "max_pool2d" -> x.maxPool(window(a, (int) a.number("kernel"), (int) a.number("kernel")));
            case "avg_pool2d" -> g.add(new MeanPool(window(a, (int) a.number("kernel"), (int) a.number("kernel")),
                    a.flag("count_include_pad")), x);
            case "adaptive_avg_pool2d" -> g.add(adaptive(Kind.MEAN, a), x);
            case "adaptive_max_pool2d" -> g.add(adaptive(Kind.MAX, a), x);
            case "local_response_norm" -> g.add(
                    new Lrn((int) a.number("size"), a.number("alpha"), a.number("beta"), a.number("k")), x);
            case "softmax" -> g.add(new Softmax(), x);
            case "log_softmax" -> g.add(new LogSoftmax(), x);
            case "crelu" -> g.add(new Concat(1), x.relu(), x.activate(new Affine(-1, 0)).relu());
            case "interpolate" -> {
                double[] size = a.numbers("output");
                var mode = a.string("mode").equals("nearest") ? Interpolation.NEAREST : Interpolation.BILINEAR;
                yield g.add(new Resize(mode, (int) size[0], (int) size[1]), x);
            }
            case "pad" -> {
                int[] p = borders(a);
                yield g.add(Pad.of(new int[] {0, 0, p[2], p[0]}, new int[] {0, 0, p[3], p[1]}), x);
            }
            case "pad_reflect" -> {
                int[] p = borders(a);
                yield g.add(new PadReflect(p[2], p[0], p[3], p[1]), x);
            }
            default -> x.activate(new Affine(layer.equals("relu6") ? 8 : layer.startsWith("hard") ? 4 : 1, 0))
                    .activate(activation(layer, a));
        };
    }

    private static Activation activation(String layer, Entry a) {
        return switch (layer) {
            case "relu" -> new Activation.Relu();
            case "leaky_relu" -> new Activation.LeakyRelu(a.number("slope"));
            case "sigmoid" -> new Activation.Sigmoid();
            case "tanh" -> new Activation.Tanh();
            case "elu" -> new Activation.Elu(a.number("alpha"));
            case "silu" -> new Activation.Silu();
            case "hardswish" -> new Activation.HardSwish();
            case "hardsigmoid" -> new Activation.HardSigmoid();
            case "gelu" -> new Activation.Gelu();
            case "gelu_tanh" -> new Activation.GeluTanh();
            case "relu6" -> new Activation.Relu6();
            default -> throw new IllegalArgumentException("no layer " + layer);
        };
    }

    /** The data gradient of a convolution, whose filters [k,c,r,s] are the transposed one's [in,out,r,s]. */
    private static Node transposed(Entry a, Graph g, Node x, Node w) {
        int groups = (int) a.number("groups"), more = (int) a.number("output_padding");
        Window window = window(a, w.shape().h(), w.shape().w());
        int h = (x.shape().h() - 1) * window.strideH() - 2 * window.top() + window.r() + more;
        int v = (x.shape().w() - 1) * window.strideW() - 2 * window.left() + window.s() + more;
        return g.add(new Conv2dGradX(window, groups, Shape.of(x.shape().n(), w.shape().c() * groups, h, v)), x, w);
    }

    private static AdaptivePool adaptive(Kind kind, Entry a) {
        double[] size = a.numbers("output");
        return new AdaptivePool(kind, (int) size[0], (int) size[1]);
    }

    private static Node of(Map<String, Node> in, String name) {
        Node n = in.get(name);
        if (n == null) throw new IllegalArgumentException("no tensor " + name + " among " + in.keySet());
        return n;
    }

    private static Window window(Entry a, int r, int s) {
        int stride = (int) a.number("stride"), padding = (int) a.number("padding");
        int dilation = Math.max(1, (int) a.numberOrZero("dilation"));
        var window = new Window(r, s, stride, stride, padding, padding, padding, padding).dilation(dilation, dilation);
        return a.flag("ceil_mode") ? window.ceilMode() : window;
    }

    private static int[] borders(Entry a) {
        return Arrays.stream(a.numbers("left,right,top,bottom")).mapToInt(d -> (int) d).toArray();
    }

    /** Running statistics before the step, as the script makes them: a tensor as mean, a tensor + 1.5 as variance. */
    static double[] running() {
        double[] mean = Reference.tensor("running_mean", 3), variance = Reference.tensor("running_var", 3);
        return DoubleStream.concat(Arrays.stream(mean), Arrays.stream(variance).map(v -> v + 1.5)).toArray();
    }
}
