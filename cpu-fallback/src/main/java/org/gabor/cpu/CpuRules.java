package org.gabor.cpu;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gabor.compile.Pattern;
import org.gabor.compile.Rules;
import org.gabor.compile.Step;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Convolution;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Custom;
import org.gabor.graph.Graph;
import org.gabor.graph.Layout;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnGradX;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Pointwise.Activate;
import org.gabor.graph.Pointwise.ActivateGrad;
import org.gabor.graph.Pointwise.Add;
import org.gabor.graph.Pointwise.AddBias;
import org.gabor.graph.Pointwise.Dropout;
import org.gabor.graph.Pointwise.Mul;
import org.gabor.graph.Pooling;
import org.gabor.graph.Pooling.AdaptivePool;
import org.gabor.graph.Pooling.MaxPool;
import org.gabor.graph.Pooling.MeanPool;
import org.gabor.graph.Product;
import org.gabor.graph.Product.MatMul;
import org.gabor.graph.Sampling;
import org.gabor.graph.Shape;
import org.gabor.graph.Update;
import org.jspecify.annotations.Nullable;

/**
 * How graphs are planned for this processor. Images are stored with their channels last. Where no convolution has enough
 * channels to fill a vector, and the batch allows, sixteen images lie side by side.
 */
final class CpuRules implements Rules {
    /** Channels of a vector; fewer on either side of a convolution leave parts of it empty. */
    private static final int CHANNELS = 16;
    /** Channels that are worth it although one side of the convolution has fewer. */
    private static final int MANY_CHANNELS = 32;

    /** Steps that may run together: about the members of a layer's gradient. */
    private static final int LAG = 4;

    /** A product with its bias and activation. */
    static final String PRODUCT = "product";
    /** A pooling with its activation. */
    static final String POOL = "pool";
    /** A chain of elementwise operations. */
    static final String CHAIN = "chain";

    private volatile @Nullable Answer answer;

    @Override
    public List<Pattern> patterns() {
        return Stream.of(
                Pattern.of(PRODUCT, Conv2d.class, Conv2dGradX.class, MatMul.class).optional(AddBias.class)
                        .optional(Activate.class),
                Pattern.of(POOL, MaxPool.class, MeanPool.class, AdaptivePool.class).optional(Activate.class),
                Pattern.of(CHAIN, BatchNorm.class, BnGradX.class, Add.class, Mul.class, AddBias.class, Activate.class,
                        ActivateGrad.class, Dropout.class))
                .map(p -> p.many(Add.class, Mul.class, AddBias.class, Activate.class, ActivateGrad.class, Dropout.class))
                .toList();
    }

    @Override
    public Signature signature(Node node, List<Layout> inputs) {
        Layout dense = Layout.LOGICAL;
        boolean narrow = known(node.graph());
        return switch (node.op()) {
            case Leaf.Fill _ -> new Signature(List.of(), images(node, narrow));
            case Leaf.Input _,Leaf.Parameter _ -> Signature.logical(node);
            case Conv2d _,Conv2dGradX _ -> new Signature(List.of(images(node.in(0), narrow), dense), images(node, narrow));
            case Conv2dGradW _ -> new Signature(List.of(images(node.in(0), narrow), images(node.in(1), narrow)), dense);
            case Loss.Expand _ -> new Signature(List.of(dense), images(node, narrow));
            case Augmentation.Warp _ -> new Signature(List.of(dense, dense), images(node, narrow));
            case Augmentation.DrawMaps _,Product _,Loss _,Update _,Sampling _,Custom _ -> Signature.logical(node);
            case Pooling _,Pointwise _,Normalization _ -> channelwise(node, narrow);
            case Movement.Reshape _ -> Signature.logical(node);
            case Movement.Convert c -> new Signature(inputs, c.to());
            // the blocks of images must stay what they are
            case Movement _ when sameImages(node) -> channelwise(node, narrow);
            case Movement _ -> Signature.logical(node);
        };
    }

    private static boolean sameImages(Node node) {
        return node.shape().rank() == 4 && node.in(0).shape().rank() == 4 && node.in(0).shape().n() == node.shape().n();
    }

    /** Images in, images out; operands of other ranks (statistics, factors of a channel) are dense. */
    private static Signature channelwise(Node node, boolean narrow) {
        return new Signature(node.inputs().stream().map(in -> images(in, narrow)).toList(), images(node, narrow));
    }

    private static Layout images(Node x, boolean narrow) {
        if (x.shape().rank() != 4) return Layout.LOGICAL;
        return narrow && x.shape().n() % Layout.NHWC16N.block() == 0 ? Layout.NHWC16N : Layout.NHWC;
    }

    /** The passes ask for one graph's nodes after the other. */
    private boolean known(Graph graph) {
        Answer last = answer;
        if (last != null && last.graph.refersTo(graph) && last.nodes == graph.nodes().size()) return last.narrow;
        boolean narrow = isNarrow(graph);
        answer = new Answer(new WeakReference<>(graph), graph.nodes().size(), narrow);
        return narrow;
    }

    /** Whether a graph was narrow when it had so many nodes. */
    private record Answer(WeakReference<Graph> graph, int nodes, boolean narrow) {}

    /** True if all convolutions have too few channels to fill vectors with them. */
    private static boolean isNarrow(Graph graph) {
        return graph.nodes().stream().allMatch(n -> switch (n.op()) {
            case Conv2d c -> isNarrow(c, n.in(1).shape());
            case Conv2dGradX g -> isNarrow(g, n.in(1).shape());
            case Conv2dGradW g -> isNarrow(g, n.shape());
            default -> true;
        });
    }

    private static boolean isNarrow(Convolution op, Shape filters) {
        int k = filters.dim(0), c = filters.dim(1);
        return Math.min(c, k) < CHANNELS && Math.max(c * op.groups(), k) <= MANY_CHANNELS;
    }

    @Override
    public int halo(Node node, int input) {
        if (input != 0 || !(node.op() instanceof Convolution c)) return 0;
        return switch (c) {
            case Conv2d _,Conv2dGradW _ -> Phase.haloOfInput(c.window(), node.in(0).shape());
            case Conv2dGradX _ -> Phase.haloOfGradient(c.window(), node.shape());
        };
    }

    @Override
    public long workspace(Step step, Map<Node, Layout> layouts) {
        return step.nodes().stream().mapToLong(n -> workspace(n, layouts)).sum();
    }

    private static long workspace(Node node, Map<Node, Layout> layouts) {
        return switch (node.op()) {
            case Conv2d _,Conv2dGradX _ -> ConvolutionLowering.workspace(node.in(1).type(), layout(node, layouts).block('n'));
            case Conv2dGradW _ -> {
                int lanes = layout(node, layouts).block('n');
                yield FilterSums.workspace(node.type(), Math.ceilDiv(node.in(0).shape().n(), lanes), lanes > 1);
            }
            case Pointwise.Normalize n -> Chain.workspace(n);
            case Pointwise.ChannelSum _,Pointwise.SumTo _,Normalization.BnStats _,Normalization.BnGradSums _,Loss.Sum _ ->
                    SumLowering.workspace(node, layout(node, layouts));
            case BatchNorm _ -> NormalizationLowering.FORWARD_ROWS * node.in(2).type().bytes();
            case BnGradX g -> NormalizationLowering.rows(g) * node.in(2).type().bytes();
            case Update.SlabUpdate s -> SlabLowering.hasFactors(s.rule()) ? SlabLowering.FACTOR_BYTES : 0;
            case Update.ClipNorm _ -> UpdateLowering.clipBytes(node.shape().size());
            case Augmentation _,Sampling _,Custom _,Leaf _ -> 0;
            case Product _,Pooling _,Pointwise _,Normalization _,Loss _,Movement _,Update _ -> 0;
        };
    }

    private static Layout layout(Node reader, Map<Node, Layout> layouts) {
        return Objects.requireNonNull(layouts.get(reader.in(0)));
    }

    @Override
    public int lag() { return LAG; }

    @Override
    public int alignment() { return OffHeap.ALIGNMENT; }
}
