package org.gabor.tests.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.gabor.UsageException;
import org.gabor.graph.Criterion;
import org.gabor.models.Models;
import org.gabor.nn.Activations;
import org.gabor.nn.BatchNorm;
import org.gabor.nn.Conv2d;
import org.gabor.nn.ConvTranspose2d;
import org.gabor.nn.Dense;
import org.gabor.nn.DepthwiseConv2d;
import org.gabor.nn.Extent;
import org.gabor.nn.Images;
import org.gabor.nn.Init;
import org.gabor.nn.Layer;
import org.gabor.nn.Merge;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Padding;
import org.gabor.nn.Pools;
import org.gabor.nn.Registry;
import org.gabor.nn.Regularization;
import org.gabor.nn.Structure;
import org.gabor.nn.Wiring;
import org.gabor.optim.Sgd;
import org.gabor.train.LearningRule;
import org.gabor.train.Scaling;
import org.gabor.train.TrainingGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mistakes in networks that are written in Java: the error comes when they are built, and names the layer. */
class NetworkMistakesTest {
    record Mistake(String title, Runnable build, List<String> text) {
        @Override
        public String toString() { return title; }
    }

    static Stream<Mistake> mistakes() {
        Dense scores = dense(10);
        return Stream.of(
                made("no filters", () -> Conv2d.of(0, 3), "conv2d: filters must be at least 1, got 0"),
                made("a kernel of nothing", () -> Conv2d.of(3, 0), "conv2d: kernel must be at least 1, got 0"),
                made("a stride of nothing", () -> Conv2d.of(3, 3).stride(0), "conv2d: stride must be at least 1, got 0"),
                made("a dilation of nothing", () -> Conv2d.of(3, 3).dilation(0),
                        "conv2d: dilation must be at least 1, got 0"),
                made("a negative stride", () -> Conv2d.of(3, 3).stride(-1), "must not be negative, got -1x-1"),
                made("a negative padding", () -> Conv2d.of(3, 3).padding(-1), "must not be negative, got -1,-1,-1,-1"),
                made("no groups", () -> Conv2d.of(3, 3).groups(0), "conv2d: groups must be at least 1, got 0"),
                made("no units", () -> dense(0), "dense: units must be at least 1, got 0"),
                made("all is dropped", () -> new Regularization.Dropout(1), "dropout: rate must be in [0, 1), got 1.0"),
                made("a rate that is no number", () -> new Regularization.Dropout(Double.NaN), "got NaN"),
                made("a momentum above 1", () -> new BatchNorm(1.5, 1e-5), "batch_norm: momentum", "got 1.5"),
                made("a response that may vanish", () -> new Regularization.Lrn(5, 1e-4, 0.75, 0),
                        "lrn: k must be above 0, got 0.0"),
                made("a border that follows from nothing", () -> new Images.Pad(Padding.SAME, Images.Border.ZERO),
                        "pad: padding must be numbers"),
                made("a pooling of nothing", () -> Pools.MaxPool.of(0), "max_pool: kernel must be at least 1, got 0"),
                made("no branches", () -> new Structure.Branches(List.of()), "branches: it has no branches"),
                chain("a kernel larger than the image", "net/1 (conv2d filters=3 kernel=29)|image of 28x28",
                        Conv2d.of(3, 29), scores),
                chain("channels that do not fall into groups", "net/2|6 channels and 8 filters|4 groups",
                        Conv2d.of(6, 3), Conv2d.of(8, 3).groups(4), scores),
                chain("a convolution behind a dense layer", "net/2 (conv2d|got 2x10", scores, Conv2d.of(3, 3)),
                chain("a pooling behind a flatten", "net/2 (max_pool|got 2x784", new Structure.Flatten(),
                        Pools.MaxPool.of(2)),
                chain("pooling until nothing is left", "net/2 (max_pool|image of 3x3", Pools.MaxPool.of(8),
                        Pools.MaxPool.of(4)),
                chain("pooling with too much padding", "net/1 (max_pool|at most half the window", Pools.MaxPool.of(3, 2, 2),
                        scores),
                chain("a border that mirrors more than the image", "net/1 (pad|must be smaller than the image 2x1x28x28",
                        new Images.Pad(Padding.of(28), Images.Border.REFLECT)),
                chain("a transposed convolution that adds more than its stride",
                        "net/1 (conv_transpose2d|smaller than stride or dilation, got 1x1",
                        new ConvTranspose2d(3, Extent.of(2), Extent.of(1), Extent.of(0), Extent.of(1), Extent.of(1), 1,
                                true, Init.HE_NORMAL)),
                chain("a grid of nothing", "net/1 (adaptive_max_pool|at least 1, got 0x0",
                        new Pools.AdaptiveMaxPool(Extent.of(0))),
                chain("a residual block that changes the size", "net/1 (residual)|2x1x26x26 and 2x1x28x28",
                        new Structure.Residual(Conv2d.of(1, 3), new Structure.Identity())),
                chain("branches of different sizes", "net/1 (branches)|26x26|24x24",
                        new Structure.Branches(List.of(Conv2d.of(3, 3), Conv2d.of(3, 5)))),
                chain("a sum in a chain", "net/1 (add)|takes two values or more, got 1", new Merge.Add(), scores),
                chain("channels beyond all numbers", "net/2 (depthwise_conv2d|too large", Conv2d.of(100_000, 3),
                        new DepthwiseConv2d(Extent.of(3), 100_000, Extent.of(1), Padding.NONE, Extent.of(1), true,
                                Init.HE_NORMAL)),
                chain("an inner mistake", "net/2/body/1 (conv2d|kernel 30x30", new Activations.Relu(),
                        new Structure.Residual(new Structure.Sequential(Conv2d.of(3, 30)), new Structure.Identity())),
                chain("the wrong number of classes", "net gives 2x12|expected 2x10", dense(12)),
                chain("no scores", "net gives 2x1x28x28|expected 2x10", new Activations.Relu()),
                graph("a cycle", "a cycle, b <- a <- b", node("a", "b"), node("b", "a")),
                graph("a node that takes what is not there", "node 'b' takes an unknown input 'aa'; did you mean 'a'?",
                        node("a", "input"), node("b", "aa")),
                graph("two nodes of one name", "two nodes are called 'a'", node("a", "input"), node("a", "input")),
                graph("a node that nobody uses", "nothing takes the value of node 'a'", node("a", "input"),
                        node("b", "input")),
                graph("two inputs for a layer of one", "node 'b' has 2 inputs, but relu takes one", node("a", "input"),
                        node("b", "a", "input")),
                graph("a graph of nothing", "it has no nodes"),
                made("an output that is not there", () -> new Wiring(List.of(node("a", "input")), "b"),
                        "graph: unknown output 'b'; did you mean 'a'?"),
                made("one class", () -> new ModelSpec("net", 1, 28, 28, 1, dense(1)), "net: classes must be at least 2"),
                made("an image of nothing", () -> new ModelSpec("net", 0, 28, 28, 10, scores),
                        "net: input must be at least 1x1x1, got 0x28x28"),
                made("images too small for the network", () -> Models.lenet5().input(1, 8, 8).build(), "lenet5", "8x8"),
                made("normalisation of one value a channel", NetworkMistakesTest::normaliseOne,
                        "layer 2 (batch_norm) on f32 1x1", "more than one value a channel", "larger batch"),
                made("more than all is smoothed", () -> new Criterion.CrossEntropy(1.5, OptionalInt.empty(),
                        List.of()), "label smoothing must be in [0, 1), got 1.5"),
                made("a layer that cannot be saved", () -> Registry.STANDARD.toJson((_, x) -> x),
                        "cannot be saved", "Registry.STANDARD.with("),
                made("a name that is taken", () -> Registry.STANDARD.with("dense", Dense.class),
                        "layer name 'dense' is taken"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsFoundWhenItIsBuilt(Mistake m) {
        assertThatThrownBy(m.build()::run).isInstanceOf(UsageException.class)
                .satisfies(e -> assertThat(e.getMessage()).containsSubsequence(m.text()));
    }

    private static void normaliseOne() {
        var model = spec(new Structure.Sequential(new Pools.GlobalMeanPool(), new BatchNorm(), dense(10)));
        TrainingGraph.of(model, Scaling.unit(1), LearningRule.of(Sgd.lr(0.1)), 1);
    }

    private static Mistake made(String title, Runnable build, String... text) {
        return new Mistake(title, build, List.of(text));
    }

    private static Mistake chain(String title, String text, Layer... layers) {
        return made(title, () -> spec(new Structure.Sequential(layers)), text.split("\\|"));
    }

    private static Mistake graph(String title, String text, Wiring.Vertex... nodes) {
        return made(title, () -> spec(new Wiring(List.of(nodes), "")), "graph: ", text);
    }

    private static Wiring.Vertex node(String name, String... inputs) {
        return new Wiring.Vertex(name, List.of(inputs), new Activations.Relu());
    }

    private static ModelSpec spec(Layer layer) { return new ModelSpec("net", 1, 28, 28, 10, layer); }

    private static Dense dense(int units) { return new Dense(units, true, Init.HE_NORMAL); }
}
