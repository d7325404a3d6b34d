package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gabor.UsageException;
import org.gabor.compile.Step;
import org.gabor.cpu.kernel.Description;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.cpu.kernel.Rim;
import org.gabor.graph.Activation;
import org.gabor.graph.Convolution;
import org.gabor.graph.DType;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Pooling;
import org.gabor.graph.Product;
import org.gabor.graph.Update;

/** Turns a step of a plan into kernels. The families of operations have a lowering each; this one hands out. */
final class CpuLowering {
    private final PlanMemory memory;
    private final Step step;
    private final List<Description> kernels = new ArrayList<>();
    private long workspaceUsed;

    CpuLowering(PlanMemory memory, Step step) {
        this.memory = memory;
        this.step = step;
    }

    /** The kernels of the step, in order. */
    List<Description> lower() {
        for (Node n : step.nodes()) checkType(n);
        lower(step.head());
        step.nodes().stream().filter(this::isStored).forEach(this::clearHalo);
        return kernels;
    }

    /** A later kernel of the step. */
    void add(Description kernel) { kernels.add(kernel); }

    /** Where a stored value lies. */
    Stored at(Node node) { return memory.at(node); }

    /** True if somebody outside of its step reads the value. */
    boolean isStored(Node node) { return memory.plan().isStored(node); }

    /** The next {@code bytes} of the step's scratch memory. */
    long workspace(long bytes) {
        if (workspaceUsed + bytes > step.workspaceBytes())
            throw new IllegalStateException(step.label() + " uses more scratch memory than its rules asked for");
        long address = memory.arena() + step.workspaceOffset() + workspaceUsed;
        workspaceUsed += bytes;
        return address;
    }

    private void lower(Node head) {
        switch (head.op()) {
            case Convolution.Conv2d c -> product(e -> ConvolutionLowering.forward(this, c, head, e));
            case Convolution.Conv2dGradX g -> ConvolutionLowering.gradX(this, g, head);
            case Convolution.Conv2dGradW g -> ConvolutionLowering.gradW(this, g, head);
            case Product.MatMul m -> product(e -> ProductLowering.matMul(this, m, head, e));
            case Pooling p -> PoolingLowering.lower(this, p, head);
            case Pointwise.ChannelSum _ -> NormalizationLowering.channelSum(this, head);
            case Pointwise.Normalize n -> Chain.normalize(this, n, head);
            case Pointwise _,Normalization.BatchNorm _,Normalization.BnGradX _ -> chain(step.nodes());
            case Normalization.BnStats _ -> NormalizationLowering.stats(this, head);
            case Normalization.BnGradSums g -> NormalizationLowering.gradSums(this, g, head);
            case Leaf.Fill _,Loss.Expand _ -> chain(step.nodes());
            case Loss l -> LossLowering.lower(this, l, head);
            case Movement m -> MovementLowering.lower(this, m, head);
            case Update u -> UpdateLowering.lower(this, u, head);
            case Leaf.Input _,Leaf.Parameter _ -> throw new IllegalStateException(head + " is bound, not computed");
        }
    }

    private void chain(List<Node> members) { new Chain(this, members).lower(); }

    /** What makes a product, given where it goes and what is done to it on the way. */
    private interface ProductOf {
        void lower(Finish finish);
    }

    /** The result that a product is stored as, and what happens before. */
    record Finish(Stored result, Epilogue epilogue) {}

    /** A product takes its bias and activation along up to the first member that somebody else reads; a chain does the rest. */
    private void product(ProductOf product) {
        List<Node> nodes = step.nodes();
        Bias kind = Bias.NONE;
        long bias = 0;
        int last = 0;
        Activation f = null;
        while (!isStored(nodes.get(last))) {
            Node next = nodes.get(++last);
            switch (next.op()) {
                case Pointwise.AddBias _ -> {
                    kind = next.shape().rank() == 2 ? Bias.COLUMN : Bias.ROW;
                    bias = at(next.in(1)).address();
                }
                case Pointwise.Activate a -> f = a.f();
                case Op other -> throw new IllegalStateException(other + " behind a product");
            }
        }
        product.lower(new Finish(at(nodes.get(last)), new Epilogue(kind, bias, f)));
        if (last + 1 < nodes.size()) chain(nodes.subList(last + 1, nodes.size()));
    }

    private void clearHalo(Node node) {
        Stored x = at(node);
        if (x.layout().halo() == 0) return;
        int planes = x.blocks() * node.shape().c(), halo = x.layout().halo();
        add(new Rim(x.base(), planes, x.step('c'), node.shape().h(), x.step('h'), halo, halo * x.step('w')));
    }

    private static void checkType(Node n) {
        DType dtype = n.type().dtype();
        boolean moves = n.op() instanceof Movement;
        boolean known = switch (dtype) {
            case F32 -> true;
            case U8, I32 -> moves || n.op() instanceof Update.FiniteGuard;
            case BF16, F16 -> false;
        };
        String layer = n.path().isEmpty() ? "" : " (layer " + n.path() + ")";
        if (!known)
            throw new UsageException("cpu: " + n.op().label() + " of " + dtype.label() + " is not supported; use f32" + layer);
    }
}
