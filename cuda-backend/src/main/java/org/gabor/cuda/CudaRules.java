package org.gabor.cuda;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.UsageException;
import org.gabor.compile.Pattern;
import org.gabor.compile.Rules;
import org.gabor.compile.Step;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Convolution;
import org.gabor.graph.Custom;
import org.gabor.graph.DType;
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
import org.gabor.graph.Product;
import org.gabor.graph.Sampling;
import org.gabor.graph.Update;

/**
 * How graphs are planned for a GPU. Images and the filters of convolutions have their channels last, which tensor cores
 * want; everything else is dense in logical order. What lies between convolutions and products becomes chains.
 */
final class CudaRules implements Rules {
    /** Values and scratch memory start at a multiple of so many bytes. */
    static final int ALIGNMENT = 256;

    /** A chain of elementwise operations. */
    static final String CHAIN = "chain";

    private final Convolutions convolutions;
    private final DType compute;

    /**
     * @param convolutions knows how much scratch memory a convolution takes
     * @param compute the type of the operands of convolutions and products
     */
    CudaRules(Convolutions convolutions, DType compute) {
        this.convolutions = convolutions;
        this.compute = compute;
    }

    @Override
    public DType compute() { return compute; }

    /** The next multiple of {@link #ALIGNMENT}. */
    static long aligned(long bytes) { return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT; }

    @Override
    public boolean computesWith(DType dtype) { return dtype != DType.F16; }

    @Override
    public boolean runs(Custom op) { return false; }

    @Override
    public List<Pattern> patterns() {
        return List.of(Pattern.of(CHAIN, Pointwise.Normalize.class, Pointwise.Cast.class, BatchNorm.class, BnGradX.class,
                Add.class, Mul.class, AddBias.class, Activate.class, ActivateGrad.class, Dropout.class).many(
                        Pointwise.Cast.class, Add.class, Mul.class, AddBias.class, Activate.class, ActivateGrad.class,
                        Dropout.class));
    }

    @Override
    public Signature signature(Node node, List<Layout> inputs) {
        return switch (node.op()) {
            case Leaf.Input _,Leaf.Parameter _ -> Signature.logical(node);
            case Movement.Convert c -> new Signature(inputs, c.to());
            case Movement.Reshape _ -> Signature.logical(node);
            // pixels come as they are stored, and become channels-last when they become numbers
            case Pointwise.Normalize _ when node.in(0).type().dtype() == DType.U8 ->
                    new Signature(List.of(Layout.LOGICAL), channelsLast(node));
            case Convolution _,Pooling _,Pointwise _,Normalization _,Movement _,Leaf.Fill _,Loss _ -> images(node);
            case Augmentation.Warp _ -> new Signature(List.of(Layout.LOGICAL, Layout.LOGICAL), channelsLast(node));
            case Augmentation.DrawMaps _,Product _,Update _,Sampling _,Custom _ -> Signature.logical(node);
        };
    }

    /** Whatever has four dimensions has its channels last. */
    private static Signature images(Node node) {
        return new Signature(node.inputs().stream().map(CudaRules::channelsLast).toList(), channelsLast(node));
    }

    private static Layout channelsLast(Node x) { return x.shape().rank() == 4 ? Layout.NHWC : Layout.LOGICAL; }

    @Override
    public int halo(Node node, int input) { return 0; }

    @Override
    public long workspace(Step step, Map<Node, Layout> layouts) {
        return step.nodes().stream().mapToLong(n -> workspace(n, layouts)).sum();
    }

    private long workspace(Node node, Map<Node, Layout> layouts) {
        return switch (node.op()) {
            case Convolution c -> ConvolutionLowering.workspace(convolutions, c, node);
            case Pointwise.ChannelSum _,Pointwise.SumTo _,Normalization.BnStats _,Normalization.BnGradSums _,Loss.Sum _ ->
                    SumLowering.workspace(node, Objects.requireNonNull(layouts.get(node.in(0))));
            case BatchNorm _,BnGradX _ -> Chain.workspace(node);
            case Update u -> UpdateLowering.workspace(u, node);
            case Custom c -> throw refuses(c, node);
            case Leaf _,Product _,Sampling _,Augmentation _,Pooling _,Pointwise _,Normalization _,Loss _,Movement _ -> 0;
        };
    }

    /** A user's operation has no kernel for a GPU. */
    static UsageException refuses(Custom op, Node node) {
        String layer = node.path().isEmpty() ? "" : " (layer " + node.path() + ")";
        return new UsageException("cuda: " + op.label() + " runs on the CPU only, since it brings no kernel for a GPU; "
                + "use --device cpu" + layer);
    }

    @Override
    public int alignment() { return ALIGNMENT; }
}
