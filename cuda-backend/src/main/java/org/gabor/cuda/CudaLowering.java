package org.gabor.cuda;

import java.util.ArrayList;
import java.util.List;
import org.gabor.compile.Step;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Convolution;
import org.gabor.graph.Custom;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Pooling;
import org.gabor.graph.Product;
import org.gabor.graph.Sampling;
import org.gabor.graph.Update;

/** Turns a step of a plan into works for a stream. The families of operations have a lowering each; this one hands out. */
final class CudaLowering {
    private final PlanMemory memory;
    private final Constants constants;
    private final Convolutions convolutions;
    private final Step step;
    private final List<Work> works = new ArrayList<>();
    private long workspaceUsed;

    CudaLowering(PlanMemory memory, Constants constants, Convolutions convolutions, Step step) {
        this.memory = memory;
        this.constants = constants;
        this.convolutions = convolutions;
        this.step = step;
    }

    /** The works of the step, in order. */
    List<Work> lower() {
        lower(step.head());
        return works;
    }

    /** A later work of the step. */
    void add(Work work) { works.add(work); }

    /** Where a stored value lies. */
    Stored at(Node node) { return memory.at(node); }

    /** True if somebody outside of its step reads the value. */
    boolean isStored(Node node) { return memory.plan().isStored(node); }

    /** Numbers that the kernels of this step read. */
    Constants constants() { return constants; }

    /** How convolutions are computed. */
    Convolutions convolutions() { return convolutions; }

    /** The next {@code bytes} of the step's scratch memory, at a multiple of {@link CudaRules#ALIGNMENT}. */
    long workspace(long bytes) {
        long needed = CudaRules.aligned(bytes);
        if (workspaceUsed + needed > step.workspaceBytes())
            throw new IllegalStateException(step.label() + " uses more scratch memory than its rules asked for");
        long address = memory.arena() + step.workspaceOffset() + workspaceUsed;
        workspaceUsed += needed;
        return address;
    }

    private void chain() { new Chain(this, step.nodes()).lower(); }

    private void lower(Node head) {
        switch (head.op()) {
            case Convolution c -> ConvolutionLowering.lower(this, c, head);
            case Product p -> ProductLowering.lower(this, p, head);
            case Pooling p -> PoolingLowering.lower(this, p, head);
            case Pointwise.ChannelSum _,Pointwise.SumTo _ -> SumLowering.lower(this, head);
            case Normalization.BnStats _,Normalization.BnGradSums _ -> SumLowering.lower(this, head);
            case Pointwise.Normalize _,Pointwise.Cast _,Pointwise.Add _,Pointwise.Mul _,Pointwise.AddBias _ -> chain();
            case Pointwise.Activate _,Pointwise.ActivateGrad _,Pointwise.Dropout _ -> chain();
            case Normalization.BatchNorm _,Normalization.BnGradX _ -> chain();
            case Normalization.Lrn l -> NormalizationLowering.lrn(this, l, head);
            case Normalization.LrnGrad l -> NormalizationLowering.lrnGradient(this, l.of(), head);
            case Leaf.Fill _,Loss.Expand _ -> chain();
            case Loss l -> LossLowering.lower(this, l, head);
            case Movement m -> MovementLowering.lower(this, m, head);
            case Update u -> UpdateLowering.lower(this, u, head);
            case Sampling s -> SamplingLowering.lower(this, s, head);
            case Augmentation a -> AugmentationLowering.lower(this, a, head);
            case Custom c -> throw CudaRules.refuses(c, head);
            case Leaf.Input _,Leaf.Parameter _ -> throw new IllegalStateException(head + " is bound, not computed");
        }
    }
}
