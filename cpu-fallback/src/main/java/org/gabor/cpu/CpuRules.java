package org.gabor.cpu;

import java.util.List;
import java.util.Map;
import org.gabor.compile.Pattern;
import org.gabor.compile.Rules;
import org.gabor.compile.Step;
import org.gabor.graph.Convolution;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
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
import org.gabor.graph.Pooling;
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
    /** A chain of elementwise operations. */
    static final String CHAIN = "chain";

    @Override
    public List<Pattern> patterns() {
        Pattern product = Pattern.of(PRODUCT, Conv2d.class, MatMul.class);
        // a bias starts a chain but never continues one: what stands before could be the bias itself
        Pattern chain =
                Pattern.of(CHAIN, BatchNorm.class, BnGradX.class, Add.class, AddBias.class, Activate.class, ActivateGrad.class);
        return List.of(product.optional(AddBias.class).optional(Activate.class),
                chain.many(Add.class, Activate.class, ActivateGrad.class));
    }

    @Override
    public Signature signature(Node node, List<Layout> inputs) {
        Layout dense = Layout.LOGICAL;
        return switch (node.op()) {
            case Leaf.Fill _ -> new Signature(List.of(), images(node.shape()));
            case Leaf.Input _,Leaf.Parameter _ -> Signature.logical(node);
            case Conv2d _,Conv2dGradX _ -> new Signature(List.of(images(node, 0), dense), images(node.shape()));
            case Conv2dGradW _ -> new Signature(List.of(images(node, 0), images(node, 1)), dense);
            case Loss.Expand _ -> new Signature(List.of(dense), images(node.shape()));
            case Product _,Loss _,Update _ -> Signature.logical(node);
            case Pooling _,Pointwise _,Normalization _ -> channelwise(node);
            case Movement.Reshape _ -> Signature.logical(node);
            case Movement.Convert c -> new Signature(inputs, c.to());
            case Movement.Slice _,Movement.Pad _ -> {
                // the blocks of images must stay what they are
                boolean sameImages = node.shape().rank() == 4 && node.in(0).shape().n() == node.shape().n();
                yield sameImages ? channelwise(node) : Signature.logical(node);
            }
        };
    }

    /** Images in, images out; operands of other ranks (statistics, factors of a channel) are dense. */
    private static Signature channelwise(Node node) {
        return new Signature(node.inputs().stream().map(in -> images(in.shape())).toList(), images(node.shape()));
    }

    private static Layout images(Node node, int input) { return images(node.in(input).shape()); }

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
            case Conv2dGradW _ -> {
                Layout images = layouts.getOrDefault(node.in(0), SINGLE);
                int groups = ConvolutionLowering.groups(Math.ceilDiv(node.in(0).shape().n(), images.block('n')));
                yield groups == 1 ? 0 : groups * node.type().bytes();
            }
            case BatchNorm _ -> NormalizationLowering.FORWARD_ROWS * node.in(2).type().bytes();
            case BnGradX g -> NormalizationLowering.rows(g) * node.in(2).type().bytes();
            case Leaf _,Convolution _,Product _,Pooling _,Pointwise _,Normalization _,Loss _,Movement _,Update _ -> 0;
        };
    }

    @Override
    public int alignment() { return OffHeap.ALIGNMENT; }
}
