package org.gabor.tests.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss.SoftmaxCrossEntropy;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.Update.Group;
import org.gabor.graph.Update.Rule.Sgd;
import org.gabor.graph.Update.SlabUpdate;
import org.gabor.tests.pytorch.Reference.Entry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Layers with their gradients, losses and optimizers are what PyTorch computes in double. */
class LayerTest {
    private static final List<Machine> MACHINES = Machine.all().toList();

    /** What needs operations that come with part A2; the day they come, the list is wrong and says so. */
    private static final List<String> LATER = """
            conv2d stride=2 padding=1 dilation=1 groups=2
            conv2d stride=1 padding=2 dilation=2 groups=4
            conv_transpose2d stride=1 padding=0 output_padding=0 groups=1
            conv_transpose2d stride=2 padding=1 output_padding=1 groups=1
            conv_transpose2d stride=2 padding=1 output_padding=0 groups=2
            conv_transpose2d stride=3 padding=0 output_padding=1 groups=1
            max_pool2d kernel=3 stride=2 padding=0 dilation=1 ceil_mode=true
            max_pool2d kernel=2 stride=1 padding=0 dilation=2 ceil_mode=false
            avg_pool2d kernel=3 stride=2 padding=1 ceil_mode=false count_include_pad=false
            avg_pool2d kernel=3 stride=2 padding=0 ceil_mode=true count_include_pad=true
            adaptive_avg_pool2d output=[3, 2]
            adaptive_max_pool2d output=[3, 2]
            adaptive_avg_pool2d output=[5, 7]
            adaptive_max_pool2d output=[5, 7]
            local_response_norm size=5 alpha=0.0001 beta=0.75 k=1.0
            local_response_norm size=3 alpha=0.5 beta=0.75 k=2.0
            local_response_norm size=4 alpha=0.1 beta=1.0 k=1.0
            leaky_relu slope=0.2
            sigmoid
            elu alpha=1.5
            silu
            hardswish of=4x
            hardsigmoid of=4x
            gelu
            gelu_tanh
            log_softmax dim=1
            relu6 of=8x
            crelu dim=1
            prelu
            interpolate mode=nearest output=[8, 10] align_corners=false
            interpolate mode=nearest output=[7, 9] align_corners=false
            interpolate mode=nearest output=[3, 2] align_corners=false
            interpolate mode=bilinear output=[8, 10] align_corners=false
            interpolate mode=bilinear output=[7, 9] align_corners=false
            interpolate mode=bilinear output=[3, 2] align_corners=false
            pad_reflect left,right,top,bottom=[1, 2, 2, 1]
            cross_entropy label_smoothing=0.1
            cross_entropy class_weights=[...]
            multi_margin p=1 margin=1
            multi_margin p=2 margin=1
            mse target=one-hot
            bce_with_logits target=one-hot
            cross_entropy_2d ignore_index=255
            sgd lr=0.1 momentum=0.9 dampening=0.5
            adam lr=0.01
            adam lr=0.01 betas=[0.8, 0.99] eps=0.000001 weight_decay=0.1
            adamw lr=0.01 weight_decay=0.1
            rmsprop lr=0.01
            rmsprop lr=0.01 alpha=0.9 momentum=0.9 eps=0.00001
            rmsprop lr=0.01 centered=true
            adagrad lr=0.1
            clip_norm 0.5
            clip_norm 2.0
            """.lines().toList();

    @TestFactory
    Stream<DynamicTest> layersAndTheirGradients() {
        return tests("layers", "layer", e -> Layers.of(e).isPresent(), LayerTest::layer);
    }

    @TestFactory
    Stream<DynamicTest> losses() {
        return tests("losses", "loss", LayerTest::isPlainCrossEntropy, LayerTest::crossEntropy);
    }

    @TestFactory
    Stream<DynamicTest> optimizersStepByStep() {
        return tests("optimizers", "optimizer", LayerTest::isSgd,
                LayerTest::sgd);
    }

    @Test
    void whatIsNotRunIsExactlyWhatComesLater() {
        var skipped = new ArrayList<String>();
        Reference.section("layers").stream().filter(e -> Layers.of(e).isEmpty())
                .forEach(e -> skipped.add(e.name("layer")));
        Reference.section("losses").stream().filter(e -> !isPlainCrossEntropy(e))
                .forEach(e -> skipped.add(e.name("loss")));
        Reference.section("optimizers").stream().filter(e -> !isSgd(e)).forEach(e -> skipped.add(e.name("optimizer")));
        assertThat(skipped).containsExactlyElementsOf(LATER);
    }

    @AfterAll
    static void close() { MACHINES.forEach(Machine::close); }

    private static Stream<DynamicTest> tests(String section, String what, Predicate<Entry> supported,
            BiConsumer<Machine, Entry> test) {
        return Reference.section(section).stream().flatMap(e -> {
            String name = e.name(what);
            if (!supported.test(e)) return Stream.of(dynamicTest(name, () -> abort(name + " comes with part A2")));
            return MACHINES.stream().map(m -> dynamicTest(m.name() + ": " + name, () -> test.accept(m, e)));
        });
    }

    /** y, and the gradients of the sum of y dy. */
    private static void layer(Machine m, Entry e) {
        var g = new Graph();
        Map<String, Node> in = new LinkedHashMap<>();
        for (String t : e.tensors()) in.put(t, t.equals("x") ? g.input(t, e.type(t)) : g.parameter(t, e.type(t)));
        Node y = Layers.of(e).orElseThrow().build(g, in);
        int size = Math.toIntExact(y.shape().size());
        Node dy = g.input("dy", TensorType.f32(size, 1));
        Node loss = y.reshape(Shape.of(1, size)).matmul(dy, false, false).reshape(Shape.of(1));
        g.output("y", y);
        List<Node> gradients = Autodiff.gradients(loss, List.copyOf(in.values()));
        for (int i = 0; i < gradients.size(); i++) g.output("d" + e.tensors().get(i), gradients.get(i));

        try (Machine.Run run = m.start(g)) {
            in.forEach((name, n) -> run.feed(name, Reference.tensor(name, n.shape().size())));
            run.feed("dy", Reference.tensor("dy", size));
            boolean running = e.string("layer").startsWith("batch_norm");
            if (running) run.feed("running", Layers.running());
            run.step();
            m.expect("y", run.output("y"), e.numbers("y"));
            for (String t : e.tensors()) m.expect("gradient of " + t, run.output("d" + t), e.at("grads").numbers(t));
            if (e.string("layer").equals("batch_norm_train")) {
                double[] after = run.parameter("running");
                m.expect("running mean", Arrays.copyOfRange(after, 0, 3), e.numbers("running_mean_after"));
                m.expect("running variance", Arrays.copyOfRange(after, 3, 6), e.numbers("running_var_after"));
            }
        }
    }

    private static boolean isPlainCrossEntropy(Entry e) {
        return e.string("loss").equals("cross_entropy") && e.args().json().members().isEmpty();
    }

    /** The logits are three times the tensor, whose gradient is given. */
    private static void crossEntropy(Machine m, Entry e) {
        var g = new Graph();
        int n = (int) e.numbers("shape")[0], c = (int) e.numbers("shape")[1];
        Node x = g.input("logits", TensorType.f32(n, c)), labels = g.input("labels", TensorType.i32(n));
        Node loss = g.add(new SoftmaxCrossEntropy(), x.plus(x).plus(x), labels).mean();
        g.output("loss", loss).output("dx", Autodiff.gradients(loss, List.of(x)).getFirst());
        try (Machine.Run run = m.start(g)) {
            run.feed("logits", Reference.tensor("logits", (long) n * c));
            run.feed("labels", e.numbers("labels"));
            run.step();
            m.expect("loss", run.output("loss"), new double[] {e.number("value")});
            m.expect("gradient", run.output("dx"), e.numbers("grad_of_tensor"));
        }
    }

    private static boolean isSgd(Entry e) {
        return e.json().get("optimizer").isPresent() && e.string("optimizer").equals("sgd")
                && e.args().numberOrZero("dampening") == 0;
    }

    private static void sgd(Machine m, Entry e) {
        var rule = new Sgd(e.args().numberOrZero("momentum"), e.args().flag("nesterov"));
        var group = new Group("all", 0, 6, e.args().numberOrZero("weight_decay"));
        TensorType slab = TensorType.f32(6);
        var g = new Graph();
        List<Node> in = new ArrayList<>(List.of(g.parameter("w", slab), g.input("gradients", slab),
                g.input("lr", TensorType.f32(1)), g.input("step", TensorType.i32(1)),
                g.parameter("guard", Update.GUARD)));
        if (rule.states() == 1) in.add(g.parameter("velocity", slab));
        g.add(new SlabUpdate(rule, List.of(group)), in);
        try (Machine.Run run = m.start(g)) {
            run.feed("w", Reference.tensor("w", 6));
            run.feed("lr", e.args().number("lr"));
            List<double[]> steps = e.lists("w_after_each_step");
            for (int k = 0; k < steps.size(); k++) {
                run.feed("gradients", Reference.tensor("grad" + k, 6));
                run.step();
                m.expect("w after step " + k, run.parameter("w"), steps.get(k));
            }
        }
    }
}
