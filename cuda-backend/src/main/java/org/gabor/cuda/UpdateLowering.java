package org.gabor.cuda;

import org.gabor.cuda.Code.Value;
import org.gabor.graph.DType;
import org.gabor.graph.Node;
import org.gabor.graph.Update;
import org.gabor.graph.Update.SlabUpdate;

/** Updates of parameters, in place and guarded. */
final class UpdateLowering {
    /** The source of the kernels that this family has of its own. */
    static final String FAMILY = "update";

    private static final int THREADS = 256;
    /** Gradients that a block of the finite check looks at. */
    private static final int FINITE_BLOCK = 4096;

    private UpdateLowering() {}

    static void lower(CudaLowering to, Update op, Node node) {
        switch (op) {
            case Update.PackSlab p -> pack(to, p, node);
            case Update.FiniteGuard _ -> finite(to, node);
            case Update.ClipNorm c -> clip(to, c, node);
            case Update.ClipValue c -> {
                var code = new Code(node.shape().size());
                Value.Memory gradients = code.row(address(to, node, 0));
                code.store(code.atLeast(code.atMost(gradients, c.limit()), -c.limit()), gradients);
                to.add(code.launch(address(to, node, 1)));
            }
            case SlabUpdate s -> SlabLowering.lower(to, s, node);
            case Update.RunningUpdate r -> {
                int c = node.shape().dim(1);
                running(to, r.momentum(), 1, node, 0, c);
                running(to, r.momentum(), (double) r.count() / (r.count() - 1), node, c, c);
            }
            case Update.Accumulate _ -> {
                var code = new Code(1);
                Value.Memory total = code.row(address(to, node, 0));
                code.store(code.plus(total, code.row(address(to, node, 1))), total);
                to.add(code.launch(address(to, node, 2)));
            }
            case Update.MovingAverage m -> {
                var code = new Code(node.shape().size());
                Value.Memory average = code.row(address(to, node, 0));
                Value more = code.times(code.row(address(to, node, 1)), 1 - m.decay());
                code.store(code.plus(code.times(average, m.decay()), more), average);
                to.add(code.launch(address(to, node, 2)));
            }
        }
    }

    /** Scratch memory of an update. */
    static long workspace(Update op, Node node) {
        return switch (op) {
            case SlabUpdate s -> SlabLowering.hasFactors(s.rule()) ? CudaRules.aligned(SlabLowering.FACTOR_BYTES) : 0;
            case Update.ClipNorm _ -> CudaRules.aligned(Float.BYTES) + SumLowering.clipWorkspace(node.shape().size());
            case Update.PackSlab _,Update.FiniteGuard _,Update.ClipValue _ -> 0;
            case Update.RunningUpdate _,Update.Accumulate _,Update.MovingAverage _ -> 0;
        };
    }

    /** Copies the gradients that the planner could not place in the slab. */
    private static void pack(CudaLowering to, Update.PackSlab op, Node node) {
        for (int i = 0; i < op.offsets().size(); i++) {
            Stored g = to.at(node.in(i + 1));
            long place = address(to, node, 0) + (long) op.offsets().get(i) * Float.BYTES;
            if (g.address() != place) to.add(new Work.Move(g.address(), place, g.type().bytes()));
        }
    }

    private static void finite(CudaLowering to, Node node) {
        long count = node.in(3).shape().size();
        var arguments = new Arguments().pointer(address(to, node, 0)).pointer(address(to, node, 1))
                .pointer(address(to, node, 2)).pointer(address(to, node, 3)).big(count);
        to.add(new Launch(FAMILY, "update_finite", Launch.Grid.of(Math.ceilDiv(count, FINITE_BLOCK)), THREADS, arguments));
    }

    /** The norm from sums of parts, then a pass that scales. */
    private static void clip(CudaLowering to, Update.ClipNorm op, Node node) {
        long gradients = address(to, node, 0), count = node.shape().size(), factor = to.workspace(Float.BYTES);
        SumLowering.clip(to, gradients, count, op.limit(), factor);
        var code = new Code(count);
        Value.Memory slab = code.row(gradients);
        code.store(code.times(slab, code.single(factor, DType.F32)), slab);
        to.add(code.launch(address(to, node, 1)));
    }

    private static void running(CudaLowering to, double momentum, double factor, Node node, int first, int count) {
        long offset = (long) first * Float.BYTES;
        var code = new Code(count);
        Value.Memory running = code.row(address(to, node, 0) + offset);
        Value more = code.times(code.row(address(to, node, 1) + offset), momentum * factor);
        code.store(code.plus(code.times(running, 1 - momentum), more), running);
        to.add(code.launch(address(to, node, 2)));
    }

    static long address(CudaLowering to, Node node, int input) { return to.at(node.in(input)).address(); }
}
