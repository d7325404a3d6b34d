package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gabor.UsageException;
import org.gabor.compile.Step;
import org.gabor.cpu.kernel.Call;
import org.gabor.cpu.kernel.Description;
import org.gabor.cpu.kernel.Rim;
import org.gabor.cpu.kernel.Sums;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Convolution;
import org.gabor.graph.Custom;
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
import org.gabor.graph.Sampling;
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
            case Augmentation a -> AugmentationLowering.lower(this, a, head);
            case Convolution.Conv2d c -> finished(e -> ConvolutionLowering.forward(this, c, head, e));
            case Convolution.Conv2dGradX g -> finished(e -> ConvolutionLowering.gradX(this, g, head, e));
            case Convolution.Conv2dGradW g -> ConvolutionLowering.gradW(this, g, head);
            case Product.MatMul m -> finished(e -> ProductLowering.matMul(this, m, head, e));
            case Pooling p -> finished(e -> PoolingLowering.lower(this, p, head, e));
            case Pointwise.ChannelSum _ -> sums(Sums.Kind.TOTAL, head);
            case Pointwise.SumTo _ -> SumLowering.sumTo(this, at(head.in(0)), at(head));
            case Pointwise.Normalize n -> Chain.normalize(this, n, head);
            case Pointwise.Cast c -> throw unsupported(c, DType.BF16, head);
            case Pointwise.Add _,Pointwise.Mul _,Pointwise.AddBias _ -> chain();
            case Pointwise.Activate _,Pointwise.ActivateGrad _,Pointwise.Dropout _ -> chain();
            case Normalization.BatchNorm _,Normalization.BnGradX _ -> chain();
            case Normalization.BnStats _ -> sums(Sums.Kind.MOMENTS, head);
            case Normalization.BnGradSums g -> SumLowering.channels(this, Sums.Kind.GRADIENT, at(head.in(0)), at(head.in(2)),
                    at(head.in(1)).address(), g.eps(), at(head));
            case Normalization.Lrn l -> NormalizationLowering.lrn(this, l, head);
            case Normalization.LrnGrad l -> NormalizationLowering.lrnGradient(this, l.of(), head);
            case Leaf.Fill _,Loss.Expand _ -> chain();
            case Loss l -> LossLowering.lower(this, l, head);
            case Movement m -> MovementLowering.lower(this, m, head);
            case Update u -> UpdateLowering.lower(this, u, head);
            case Sampling s -> SamplingLowering.lower(this, s, head);
            case Custom c -> add(new Call(c, head.inputs().stream().map(in -> at(in).address()).toList(),
                    head.inputs().stream().map(Node::type).toList(), at(head).address(), head.type()));
            case Leaf.Input _,Leaf.Parameter _ -> throw new IllegalStateException(head + " is bound, not computed");
        }
    }

    /** Sums of every channel. */
    private void sums(Sums.Kind kind, Node node) {
        Stored x = at(node.in(0));
        SumLowering.channels(this, kind, x, x, 0, 0, at(node));
    }

    private void chain() { new Chain(this, step.nodes()).lower(); }

    /** What computes the head of a step, given where it goes and what is done to it on the way. */
    private interface Head {
        void lower(Finish finish);
    }

    /**
     * A head takes what follows along, up to the first member that somebody else reads. A chain does the rest; if nobody
     * else reads what it starts from, that is put where the last member will be.
     */
    private void finished(Head head) {
        List<Node> nodes = step.nodes();
        var finish = Finish.plain(at(nodes.getLast()));
        int last = 0;
        while (!isStored(nodes.get(last))) {
            Finish more = finish.with(this, nodes.subList(0, last + 1), nodes.get(last + 1));
            if (more == null) break;
            finish = more;
            last++;
        }
        Node done = nodes.get(last);
        head.lower(isStored(done) ? finish.into(at(done)) : finish);
        if (last + 1 == nodes.size()) return;
        var chain = new Chain(this, nodes.subList(last + 1, nodes.size()));
        (isStored(done) ? chain : chain.from(done)).lower();
    }

    private void clearHalo(Node node) {
        Stored x = at(node);
        if (x.layout().halo() == 0) return;
        int halo = x.layout().halo();
        add(new Rim(x.base(), x.blocks(), x.step('n'), node.shape().h(), x.step('h'), halo, halo * x.step('w')));
    }

    private static void checkType(Node n) {
        DType dtype = n.type().dtype();
        boolean moves = n.op() instanceof Movement || n.op() instanceof Sampling;
        boolean known = switch (dtype) {
            case F32 -> true;
            case U8, I32 -> moves || n.op() instanceof Update.FiniteGuard || n.op() instanceof Custom;
            case BF16, F16 -> false;
        };
        if (!known) throw unsupported(n.op(), dtype, n);
    }

    private static UsageException unsupported(Op op, DType dtype, Node n) {
        String layer = n.path().isEmpty() ? "" : " (layer " + n.path() + ")";
        return new UsageException("cpu: " + op.label() + " of " + dtype.label() + " is not supported; use f32" + layer);
    }
}
