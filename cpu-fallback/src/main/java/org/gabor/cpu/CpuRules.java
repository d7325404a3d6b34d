package org.gabor.cpu;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gabor.compile.Pattern;
import org.gabor.compile.Rules;
import org.gabor.compile.Step;
import org.gabor.graph.Convolution;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Custom;
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
import org.gabor.graph.Shape;
import org.gabor.graph.Update;

/**
 * How graphs are planned for the Java kernels. Images are stored plane by plane, sixteen images side by side where the
 * batch allows: a row of a plane is then one long run, which is what C2 vectorises, whatever the number of channels.
 */
final class CpuRules implements Rules {
    private static final int SIDE_BY_SIDE = 16;
    private static final Layout SIXTEEN = new Layout("nchw", 'n', SIDE_BY_SIDE, 0);
    private static final Layout SINGLE = new Layout("nchw", ' ', 1, 0);

    /** A product with its bias and activation. */
    static final String PRODUCT = "product";
    /** A pooling with its activation. */
    static final String POOL = "pool";
    /** A chain of elementwise operations. */
    static final String CHAIN = "chain";

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
        return switch (node.op()) {
            case Leaf.Fill _ -> new Signature(List.of(), images(node.shape()));
            case Leaf.Input _,Leaf.Parameter _ -> Signature.logical(node);
            case Conv2d _,Conv2dGradX _ -> new Signature(List.of(images(node.in(0).shape()), dense), images(node.shape()));
            case Conv2dGradW _ -> new Signature(List.of(images(node.in(0).shape()), images(node.in(1).shape())), dense);
            case Loss.Expand _ -> new Signature(List.of(dense), images(node.shape()));
            case Product _,Loss _,Update _,Custom _ -> Signature.logical(node);
            case Pooling _,Pointwise _,Normalization _ -> channelwise(node);
            case Movement.Reshape _ -> Signature.logical(node);
            case Movement.Convert c -> new Signature(inputs, c.to());
            // the blocks of images must stay what they are
            case Movement _ when sameImages(node) -> channelwise(node);
            case Movement _ -> Signature.logical(node);
        };
    }

    private static boolean sameImages(Node node) {
        return node.shape().rank() == 4 && node.in(0).shape().rank() == 4 && node.in(0).shape().n() == node.shape().n();
    }

    /** Images in, images out; operands of other ranks (statistics, factors of a channel) are dense. */
    private static Signature channelwise(Node node) {
        return new Signature(node.inputs().stream().map(in -> images(in.shape())).toList(), images(node.shape()));
    }

    private static Layout images(Shape x) {
        if (x.rank() != 4) return Layout.LOGICAL;
        return x.n() % SIDE_BY_SIDE == 0 ? SIXTEEN : SINGLE;
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
            case Conv2dGradW g -> {
                Layout images = layouts.getOrDefault(node.in(0), SINGLE);
                yield ConvolutionLowering.workspace(g, node.type(), Math.ceilDiv(node.in(0).shape().n(), images.block('n')));
            }
            case BatchNorm _ -> NormalizationLowering.FORWARD_ROWS * node.in(2).type().bytes();
            case BnGradX g -> NormalizationLowering.rows(g) * node.in(2).type().bytes();
            case Update.SlabUpdate s -> SlabLowering.hasFactors(s.rule()) ? SlabLowering.FACTOR_BYTES : 0;
            case Update.ClipNorm _ -> UpdateLowering.clipBytes(node.shape().size());
            case Custom _,Leaf _,Convolution _,Product _,Pooling _,Pointwise _,Normalization _,Loss _,Movement _,Update _ -> 0;
        };
    }

    @Override
    public int alignment() { return OffHeap.ALIGNMENT; }
}
