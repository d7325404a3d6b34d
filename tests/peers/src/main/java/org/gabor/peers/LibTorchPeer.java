package org.gabor.peers;

import static org.bytedeco.pytorch.global.torch.adaptive_avg_pool2d;
import static org.bytedeco.pytorch.global.torch.batch_norm;
import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.convolution_backward;
import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.max_pool2d;
import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.randint;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.relu_;
import static org.bytedeco.pytorch.global.torch.set_num_threads;
import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.gabor.peers.Workload.Net;

/** libtorch: {@code LibTorchPeer nchw|nhwc THREADS SECONDS WORKLOAD...}. */
final class LibTorchPeer {
    private static final long[] ONE = {1, 1};

    private final boolean channelsLast;
    private final Clock clock;
    private final List<Tensor> weights = new ArrayList<>();
    /** Batch statistics are used, not running ones. */
    private boolean training;

    private LibTorchPeer(boolean channelsLast, Clock clock) {
        this.channelsLast = channelsLast;
        this.clock = clock;
    }

    /** Times the workloads. */
    public static void main(String[] args) {
        set_num_threads(Integer.parseInt(args[1]));
        manual_seed(1);
        var clock = new Clock(Double.parseDouble(args[2]));
        for (Workload w : Workload.named(List.of(args).subList(3, args.length).toArray(String[]::new)))
            new LibTorchPeer(args[0].equals("nhwc"), clock).time(w);
        System.exit(0); // its threads do not end by themselves
    }

    private void time(Workload workload) {
        switch (workload) {
            case Workload.Train t -> train(t);
            case Workload.Infer i -> infer(i);
            case Workload.Convolution c -> convolution(c);
        }
    }

    private void train(Workload.Train work) {
        training = true;
        UnaryOperator<Tensor> net = net(work.net());
        Tensor x = images(work.net().batch, work.net().channels, work.net().side);
        Tensor labels = randint(10, new long[] {work.net().batch}, new TensorOptions(ScalarType.Long));
        var options = new SGDOptions(1e-4);
        options.momentum().put(0.9);
        var sgd = new SGD(new TensorVector(weights.toArray(Tensor[]::new)), options);
        clock.time(work, () -> {
            try (var _ = new PointerScope()) {
                sgd.zero_grad();
                Tensor loss = cross_entropy_loss(net.apply(x), labels);
                loss.backward();
                sgd.step();
                loss.item_float();
            }
        });
    }

    private void infer(Workload.Infer work) {
        UnaryOperator<Tensor> net = net(work.net());
        Tensor x = images(work.net().batch, work.net().channels, work.net().side);
        withoutGradients(() -> clock.time(work, () -> {
            try (var _ = new PointerScope()) {
                Tensor _ = net.apply(x);
            }
        }));
    }

    private void convolution(Workload.Convolution work) {
        int c = work.channels();
        Tensor x = images(work.images(), c, work.side()), dy = images(work.images(), c, work.side());
        Tensor w = placed(randn(c, c, 3, 3));
        boolean data = work.direction() == Workload.Direction.DGRAD;
        var wanted = new BoolPointer(3);
        wanted.put(0, data).put(1, !data).put(2, false);
        var none = new TensorOptional();
        var noBias = new LongArrayRefOptional();
        withoutGradients(() -> clock.time(work, () -> {
            try (var _ = new PointerScope()) {
                if (work.direction() == Workload.Direction.FORWARD) conv2d(x, w, none, ONE, ONE, ONE, 1);
                else convolution_backward(dy, x, w, noBias, ONE, ONE, ONE, false, new long[] {0, 0}, 1, wanted);
            }
        }));
    }

    private static void withoutGradients(Runnable body) {
        GradMode.set_enabled(false);
        body.run();
        GradMode.set_enabled(true);
    }

    private UnaryOperator<Tensor> net(Net net) {
        return switch (net) {
            case LENET5 -> lenet5();
            case RESNET20_B -> resnet20();
        };
    }

    private UnaryOperator<Tensor> lenet5() {
        UnaryOperator<Tensor> c1 = convolution(1, 6, 5, 1, 2, true), c2 = convolution(6, 16, 5, 1, 0, true);
        UnaryOperator<Tensor> d1 = dense(400, 120), d2 = dense(120, 84), d3 = dense(84, 10);
        return x -> {
            Tensor features = pool(relu_(c2.apply(pool(relu_(c1.apply(x)))))).flatten(1, -1);
            return d3.apply(relu_(d2.apply(relu_(d1.apply(features)))));
        };
    }

    private UnaryOperator<Tensor> resnet20() {
        UnaryOperator<Tensor> first = convolution(3, 16, 3, 1, 1, false), norm = batchNorm(16);
        var blocks = new ArrayList<UnaryOperator<Tensor>>();
        int from = 16;
        for (int to : new int[] {16, 32, 64})
            for (int block = 0; block < 3; block++) {
                blocks.add(residual(from, to));
                from = to;
            }
        UnaryOperator<Tensor> last = dense(64, 10);
        return x -> {
            Tensor y = relu_(norm.apply(first.apply(x)));
            for (UnaryOperator<Tensor> block : blocks) y = block.apply(y);
            return last.apply(adaptive_avg_pool2d(y, 1, 1).flatten(1, -1));
        };
    }

    private UnaryOperator<Tensor> residual(int from, int to) {
        int stride = from == to ? 1 : 2;
        UnaryOperator<Tensor> c1 = convolution(from, to, 3, stride, 1, false), n1 = batchNorm(to);
        UnaryOperator<Tensor> c2 = convolution(to, to, 3, 1, 1, false), n2 = batchNorm(to);
        if (stride == 1) return x -> relu_(n2.apply(c2.apply(relu_(n1.apply(c1.apply(x))))).add_(x));
        UnaryOperator<Tensor> projection = convolution(from, to, 1, stride, 0, false), n3 = batchNorm(to);
        return x -> relu_(n2.apply(c2.apply(relu_(n1.apply(c1.apply(x))))).add_(n3.apply(projection.apply(x))));
    }

    private UnaryOperator<Tensor> convolution(int from, int to, int kernel, int stride, int padding, boolean bias) {
        Tensor w = weight(Math.sqrt(2.0 / (from * kernel * kernel)), to, from, kernel, kernel);
        TensorOptional b = bias ? new TensorOptional(weight(0.01, to)) : new TensorOptional();
        long[] strides = {stride, stride}, paddings = {padding, padding};
        return x -> conv2d(x, w, b, strides, paddings, ONE, 1);
    }

    private UnaryOperator<Tensor> batchNorm(int channels) {
        var gamma = new TensorOptional(weight(0.1, channels));
        var beta = new TensorOptional(weight(0.1, channels));
        var mean = new TensorOptional(zeros(channels));
        var variance = new TensorOptional(ones(channels));
        return x -> batch_norm(x, gamma, beta, mean, variance, training, 0.1, 1e-5, false);
    }

    private UnaryOperator<Tensor> dense(int from, int to) {
        Tensor w = weight(Math.sqrt(1.0 / from), to, from);
        var b = new TensorOptional(weight(0.01, to));
        return x -> linear(x, w, b);
    }

    private static Tensor pool(Tensor x) {
        return max_pool2d(x, new long[] {2, 2}, new long[] {2, 2}, new long[] {0, 0}, ONE, false);
    }

    private Tensor weight(double scale, long... shape) {
        Tensor t = randn(shape).mul_(new Scalar((float) scale));
        if (shape.length == 4) t = placed(t);
        t.set_requires_grad(true);
        weights.add(t);
        return t;
    }

    private Tensor images(int n, int c, int side) { return placed(randn(n, c, side, side)); }

    private Tensor placed(Tensor t) { return channelsLast ? t.contiguous(MemoryFormat.ChannelsLast) : t; }
}
