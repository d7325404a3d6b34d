package org.gabor.tests.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.io.Json;
import org.gabor.nn.Layer;
import org.gabor.nn.Registry;
import org.gabor.nn.Scope;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The gradients of every registered layer, as it trains, by its input and by each of its parameters. */
class LayerGradientTest {
    private static final Shape IMAGE = Shape.of(3, 4, 4, 5), MATRIX = Shape.of(3, 6);

    /** Layers of images, in the notation of network files; a layer of matrices comes behind an at sign. */
    private static final List<String> LAYERS = List.of(
            "{'layer': 'conv2d', 'filters': 3, 'kernel': 3, 'padding': 'same'}",
            "{'layer': 'conv2d', 'filters': 6, 'kernel': [2, 3], 'stride': 2, 'padding': [1, 0, 2, 1], 'groups': 2}",
            "{'layer': 'conv2d', 'filters': 2, 'kernel': 3, 'padding': 2, 'dilation': 2, 'bias': false}",
            "{'layer': 'depthwise_conv2d', 'kernel': 3, 'multiplier': 2, 'padding': 'same'}",
            "{'layer': 'conv_transpose2d', 'filters': 4, 'kernel': 3, 'stride': 2, 'padding': 1, 'groups': 2}",
            "@{'layer': 'dense', 'units': 5}", "{'layer': 'batch_norm'}", "@{'layer': 'batch_norm'}",
            "{'layer': 'lrn', 'size': 3, 'alpha': 0.5}", "{'layer': 'dropout', 'rate': 0.4}", "@{'layer': 'dropout'}",
            "{'layer': 'relu'}", "{'layer': 'leaky_relu'}", "{'layer': 'prelu'}", "{'layer': 'crelu'}",
            "{'layer': 'relu6'}", "{'layer': 'elu', 'alpha': 1.5}", "{'layer': 'sigmoid'}", "{'layer': 'hard_sigmoid'}",
            "{'layer': 'tanh'}", "{'layer': 'silu'}", "{'layer': 'hard_swish'}", "{'layer': 'gelu'}",
            "{'layer': 'gelu', 'tanh': true}", "{'layer': 'softmax'}", "@{'layer': 'log_softmax'}",
            "{'layer': 'max_pool', 'kernel': 2}", "{'layer': 'mean_pool', 'kernel': 3, 'stride': 2, 'padding': 1}",
            "{'layer': 'global_mean_pool'}", "{'layer': 'global_max_pool'}",
            "{'layer': 'adaptive_mean_pool', 'size': [3, 2]}", "{'layer': 'adaptive_max_pool', 'size': 3}",
            "{'layer': 'pad', 'padding': [1, 0, 2, 3]}", "{'layer': 'pad', 'padding': 1, 'border': 'reflect'}",
            "{'layer': 'crop', 'padding': [1, 0, 0, 2]}", "{'layer': 'channels', 'from': 1, 'to': 3}",
            "{'layer': 'upsample'}", "{'layer': 'upsample', 'size': [7, 3], 'interpolation': 'bilinear'}",
            "{'layer': 'identity'}", "{'layer': 'affine', 'scale': 2, 'shift': -1}", "{'layer': 'flatten'}",
            "{'layer': 'subsample_pad', 'channels': 7, 'stride': 2}", "{'layer': 'squeeze_excite', 'squeezed': 2}",
            "{'layer': 'residual', 'body': {'layer': 'silu'}}",
            "{'layer': 'branches', 'branches': [{'layer': 'tanh'}, {'layer': 'silu'}]}",
            "{'layer': 'densely_connected', 'body': {'layer': 'tanh'}}",
            "{'layer': 'sequential', 'layers': [{'layer': 'tanh'}, {'layer': 'batch_norm'}, {'layer': 'gelu'}]}",
            "{'layer': 'graph', 'nodes': [{'name': 'a', 'layer': {'layer': 'tanh'}},"
                    + " {'name': 'b', 'inputs': ['input', 'a'], 'layer': {'layer': 'multiply'}},"
                    + " {'name': 'c', 'inputs': ['b', 'a'], 'layer': {'layer': 'add'}},"
                    + " {'name': 'd', 'inputs': ['c', 'input'], 'layer': {'layer': 'concat'}}]}");

    @TestFactory
    Stream<DynamicTest> gradientsOfLayersAreWhatDifferencesSay() {
        return LAYERS.stream().map(text -> DynamicTest.dynamicTest(text, () -> check(text.startsWith("@") ? MATRIX : IMAGE,
                text.replace("@", "").replace('\'', '"'))));
    }

    @Test
    void everyRegisteredLayerIsAmongThem() {
        assertThat(Registry.STANDARD.layers().keySet())
                .allSatisfy(name -> assertThat(LAYERS).anyMatch(text -> text.contains("'layer': '" + name + "'")));
    }

    private static void check(Shape shape, String json) {
        Layer layer = Registry.STANDARD.fromJson(Json.parse(json), "test");
        var g = new Graph();
        var scope = new Scope(g, true);
        Node x = g.input("x", TensorType.f32(shape.dims()));
        Node y = scope.apply("layer", layer, x);
        int size = Math.toIntExact(y.shape().size());
        Node weights = g.input("dy", TensorType.f32(size, 1));
        Node loss = y.reshape(Shape.of(1, size)).matmul(weights, false, false).reshape(Shape.of(1));

        var targets = new ArrayList<Node>(List.of(x));
        scope.declared().values().stream().filter(d -> d.kind() != Scope.Kind.STATISTIC)
                .forEach(d -> targets.add(d.node()));
        List<Node> gradients = Autodiff.gradients(loss, targets);
        var oracle = Oracle.of(g).feed("dy", Differences.values(size, 5));
        for (int i = 0; i < targets.size(); i++)
            oracle.feed(name(targets.get(i)), Differences.values(Math.toIntExact(targets.get(i).shape().size()), i));
        for (int i = 0; i < targets.size(); i++)
            Differences.check(oracle, loss, name(targets.get(i)), targets.get(i), gradients.get(i));
    }

    private static String name(Node leaf) {
        return switch (leaf.op()) {
            case Leaf.Input in -> in.name();
            case Leaf.Parameter p -> p.name();
            default -> throw new IllegalArgumentException(leaf + " is not fed");
        };
    }
}
