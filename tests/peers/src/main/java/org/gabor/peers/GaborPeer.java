package org.gabor.peers;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.gabor.models.Models;
import org.gabor.nn.ModelSpec;
import org.gabor.optim.Sgd;
import org.gabor.peers.Workload.Net;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Executable;
import org.gabor.train.Device;
import org.gabor.train.InferenceGraph;
import org.gabor.train.LearningRule;
import org.gabor.train.Parameters;
import org.gabor.train.Scaling;
import org.gabor.train.TrainingGraph;

/** Gabor: {@code GaborPeer THREADS SECONDS WORKLOAD...}. Its images are bytes, so that a step scales them too. */
final class GaborPeer {
    private final Backend backend;
    private final Clock clock;

    private GaborPeer(Backend backend, Clock clock) {
        this.backend = backend;
        this.clock = clock;
    }

    /** Times the workloads. */
    public static void main(String[] args) {
        try (Device device = Device.open("cpu", new BackendOptions(Integer.parseInt(args[0])))) {
            System.out.println("# " + device.info().summary());
            var peer = new GaborPeer(device.backend(), new Clock(Double.parseDouble(args[1])));
            Workload.named(List.of(args).subList(2, args.length).toArray(String[]::new)).forEach(peer::time);
        }
    }

    private void time(Workload workload) {
        switch (workload) {
            case Workload.Train t -> train(t);
            case Workload.Infer i -> infer(i);
            case Workload.Convolution c -> convolution(c);
        }
    }

    private void train(Workload.Train work) {
        ModelSpec model = Models.builder(work.net().model).build();
        LearningRule rule = LearningRule.of(Sgd.lr(1e-4).momentum(0.9));
        var graph = TrainingGraph.of(model, Scaling.unit(model.channels()), rule, work.net().batch);
        try (Parameters parameters = Parameters.forTraining(backend, graph);
                Executable step = compile(graph.graph(), parameters)) {
            feed(step, work.net());
            clock.time(work, step::run);
        }
    }

    private void infer(Workload.Infer work) {
        ModelSpec model = Models.builder(work.net().model).build();
        var graph = InferenceGraph.prediction(model, Scaling.unit(model.channels()), work.net().batch);
        try (Parameters parameters = Parameters.forInference(backend, graph.declared());
                Executable step = compile(graph.graph(), parameters)) {
            feed(step, work.net());
            clock.time(work, step::run);
        }
    }

    private Executable compile(Graph graph, Parameters parameters) {
        parameters.initialise(0);
        return backend.compile(Compiler.plan(graph, backend.rules()), parameters.bindings());
    }

    private static void feed(Executable step, Net net) {
        var random = new Random(0);
        var pixels = new byte[net.batch * net.channels * net.side * net.side];
        random.nextBytes(pixels);
        Objects.requireNonNull(step.inputs().get("images")).set(pixels);
        if (!step.inputs().containsKey("labels")) return;
        Objects.requireNonNull(step.inputs().get("labels")).set(random.ints(net.batch, 0, 10).toArray());
        Objects.requireNonNull(step.inputs().get("lr")).set(1e-4f);
    }

    /**
     * A convolution with both its gradients, between elementwise operations, so that its operands lie as they do within a
     * network; the time is that of its own step: packing of filters and clearing of halos included.
     */
    private void convolution(Workload.Convolution work) {
        int n = work.images(), c = work.channels(), side = work.side();
        var window = Window.of(3, 1, 1);
        var g = new Graph();
        TensorType images = TensorType.f32(n, c, side, side);
        Node x = g.input("x", images).relu(), dy = g.input("dy", images).relu();
        Node w = g.parameter("w", TensorType.f32(c, c, 3, 3));
        g.output("y", x.conv2d(w, window).relu());
        g.output("dx", g.add(new Conv2dGradX(window, 1, images.shape()), dy, w).relu());
        g.output("dw", g.add(new Conv2dGradW(window, 1), x, dy));
        Class<? extends Op> op = switch (work.direction()) {
            case FORWARD -> Conv2d.class;
            case DGRAD -> Conv2dGradX.class;
            case WGRAD -> Conv2dGradW.class;
        };
        Plan plan = Compiler.plan(g, backend.rules());
        int at = IntStream.range(0, plan.steps().size()).filter(i -> op.isInstance(plan.steps().get(i).head().op()))
                .findFirst().orElseThrow();
        try (var filters = backend.allocate(w.type()); Executable step = backend.compile(plan, Map.of("w", filters))) {
            var random = new Random(0);
            filters.set(normal(random, (int) w.shape().size(), Math.sqrt(2.0 / (9 * c))));
            step.inputs().values().forEach(in -> in.set(normal(random, (int) in.type().shape().size(), 1)));
            clock.measure(work, () -> step.profile()[at] / 1e6);
        }
    }

    private static float[] normal(Random random, int count, double scale) {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float) (scale * random.nextGaussian());
        return values;
    }
}
