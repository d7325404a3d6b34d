package org.gabor.tests.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gabor.graph.Activation;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Criterion;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.graph.Update.ClipNorm;
import org.gabor.graph.Update.Group;
import org.gabor.graph.Update.SlabUpdate;
import org.gabor.graph.UpdateRule;
import org.gabor.tests.pytorch.Reference.Entry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Layers with their gradients, losses and optimizers are what PyTorch computes in double. */
class LayerTest {
    private static final List<Machine> MACHINES = Machine.all().toList();

    @TestFactory
    Stream<DynamicTest> layersAndTheirGradients() { return tests("layers", 56, e -> e.name("layer"), LayerTest::layer); }

    @TestFactory
    Stream<DynamicTest> losses() { return tests("losses", 8, e -> e.name("loss"), LayerTest::loss); }

    @TestFactory
    Stream<DynamicTest> optimizersStepByStep() {
        return tests("optimizers", 13, e -> e.name("optimizer"), (m, e) -> {
            if (e.json().get("optimizer").isPresent()) optimizer(m, e);
            else clip(m, e);
        });
    }

    @AfterAll
    static void close() { MACHINES.forEach(Machine::close); }

    private static Stream<DynamicTest> tests(String section, int count, Function<Entry, String> name,
            BiConsumer<Machine, Entry> test) {
        List<Entry> entries = Reference.section(section);
        assertThat(entries).as(section).hasSize(count);
        return entries.stream().flatMap(e -> MACHINES.stream()
                .map(m -> dynamicTest(m.name() + ": " + name.apply(e), () -> test.accept(m, e))));
    }

    /** y, and the gradients of the sum of y dy. */
    private static void layer(Machine m, Entry e) {
        var g = new Graph();
        Map<String, Node> in = new LinkedHashMap<>();
        for (String t : e.tensors()) in.put(t, t.equals("x") ? g.input(t, e.type(t)) : g.parameter(t, e.type(t)));
        Node y = Layers.build(e, g, in);
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
            run.output("y").expect("y", e.numbers("y"));
            for (String t : e.tensors()) run.output("d" + t).expect("gradient of " + t, gradient(e, t));
            if (e.string("layer").equals("batch_norm_train")) {
                run.parameter("running").part(0, 3).expect("running mean", e.numbers("running_mean_after"));
                run.parameter("running").part(3, 6).expect("running variance", e.numbers("running_var_after"));
            }
        }
    }

    /** PyTorch multiplies the gradient of hard-sigmoid by a 1/6 that is rounded to 32 bits, in double too; this is undone. */
    private static double[] gradient(Entry e, String tensor) {
        double[] gradient = e.at("grads").numbers(tensor);
        double exact = e.string("layer").equals("hardsigmoid") ? (1.0 / 6) / (1 / 6f) : 1;
        return Arrays.stream(gradient).map(d -> exact * d).toArray();
    }

    /** The logits are three times the tensor, whose gradient is given. */
    private static void loss(Machine m, Entry e) {
        var g = new Graph();
        int[] dims = Arrays.stream(e.numbers("shape")).mapToInt(d -> (int) d).toArray();
        Node x = g.input("logits", TensorType.f32(dims));
        Node labels = g.input("labels",
                dims.length == 2 ? TensorType.i32(dims[0]) : TensorType.i32(dims[0], dims[2], dims[3]));
        Node loss = criterion(e).mean(x.activate(new Activation.Affine(3, 0)), labels);
        g.output("loss", loss).output("dx", Autodiff.gradients(loss, List.of(x)).getFirst());
        try (Machine.Run run = m.start(g)) {
            run.feed("logits", Reference.tensor("logits", x.shape().size()));
            run.feed("labels", e.numbers("labels"));
            run.step();
            run.output("loss").expect("loss", e.number("value"));
            run.output("dx").expect("gradient", e.numbers("grad_of_tensor"));
        }
    }

    private static Criterion criterion(Entry e) {
        Entry a = e.args();
        return switch (e.string("loss")) {
            case "cross_entropy", "cross_entropy_2d" -> new CrossEntropy(a.numberOrZero("label_smoothing"),
                    a.has("ignore_index") ? OptionalInt.of((int) a.number("ignore_index")) : OptionalInt.empty(),
                    a.has("class_weights") ? Arrays.stream(a.numbers("class_weights")).boxed().toList() : List.of());
            case "multi_margin" -> new Criterion.MultiMargin((int) a.number("p"), a.number("margin"));
            case "mse" -> new Criterion.SquaredError();
            case "bce_with_logits" -> new Criterion.BinaryCrossEntropy();
            default -> throw new IllegalArgumentException("no loss " + e.string("loss"));
        };
    }

    private static void optimizer(Machine m, Entry e) {
        Entry a = e.args();
        UpdateRule rule = rule(e.string("optimizer"), a);
        // the weight decay that an AdamW without one has in PyTorch would be 0.01
        var group = new Group("all", 0, 6, a.numberOrZero("weight_decay"));
        TensorType slab = TensorType.f32(6);
        var g = new Graph();
        List<Node> in = new ArrayList<>(List.of(g.parameter("w", slab), g.input("gradients", slab),
                g.input("lr", TensorType.f32(1)), g.input("step", TensorType.i32(1)),
                g.parameter("guard", Update.GUARD)));
        for (int i = 0; i < rule.states(); i++) in.add(g.parameter("state" + i, slab));
        g.add(new SlabUpdate(rule, List.of(group)), in);
        try (Machine.Run run = m.start(g)) {
            run.feed("w", Reference.tensor("w", 6));
            run.feed("lr", a.number("lr"));
            run.feed("guard", 0, 0);
            for (int i = 0; i < rule.states(); i++) run.feed("state" + i, new double[6]);
            List<double[]> steps = e.lists("w_after_each_step");
            for (int k = 0; k < steps.size(); k++) {
                run.feed("gradients", Reference.tensor("grad" + k, 6));
                run.feed("step", k);
                run.step();
                run.parameter("w").expect("w after step " + k, steps.get(k));
            }
        }
    }

    private static UpdateRule rule(String name, Entry a) {
        double[] betas = a.has("betas") ? a.numbers("betas") : new double[] {0.9, 0.999};
        double eps = a.has("eps") ? a.number("eps") : name.equals("adagrad") ? 1e-10 : 1e-8;
        return switch (name) {
            case "sgd" -> new UpdateRule.Sgd(a.numberOrZero("momentum"), a.numberOrZero("dampening"), a.flag("nesterov"));
            case "adam", "adamw" -> new UpdateRule.Adam(betas[0], betas[1], eps, name.equals("adamw"));
            case "rmsprop" -> new UpdateRule.RmsProp(a.has("alpha") ? a.number("alpha") : 0.99, eps,
                    a.numberOrZero("momentum"), a.flag("centered"));
            case "adagrad" -> new UpdateRule.Adagrad(eps);
            default -> throw new IllegalArgumentException("no optimizer " + name);
        };
    }

    /** Two gradients in one slab, whose norm is that of both. */
    private static void clip(Machine m, Entry e) {
        var g = new Graph();
        g.add(new ClipNorm(e.number("clip_norm")), g.parameter("gradients", TensorType.f32(20)),
                g.parameter("guard", Update.GUARD));
        try (Machine.Run run = m.start(g)) {
            double[] slab = Arrays.copyOf(Reference.tensor("grad0", 6), 20);
            System.arraycopy(Reference.tensor("grad1", 4), 0, slab, 16, 4);
            run.feed("gradients", slab);
            run.feed("guard", 0, 0);
            run.step();
            run.parameter("gradients").part(0, 6).expect("first gradient", e.lists("gradients").get(0));
            run.parameter("gradients").part(16, 20).expect("second gradient", e.lists("gradients").get(1));
        }
    }
}
