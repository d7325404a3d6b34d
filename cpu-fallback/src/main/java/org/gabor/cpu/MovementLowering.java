package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gabor.UsageException;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Pointwise.Source;
import org.gabor.graph.DType;
import org.gabor.graph.Layout;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;

/** Movements as copies. */
final class MovementLowering {
    private static final String AXES = "nchw";

    private MovementLowering() {}

    static void lower(CpuLowering to, Movement op, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        switch (op) {
            case Movement.Slice s -> slice(to, s, x, y);
            case Movement.Pad p -> pad(to, p, x, y);
            case Movement.Concat c -> concat(to, c, node, y);
            case Movement.PadReflect r -> Separables.reflect(to, r, node);
            case Movement.PadReflectGrad g -> Separables.reflectGradient(to, g.of(), node);
            case Movement.Resize r -> Separables.resize(to, r, node);
            case Movement.ResizeGrad g -> Separables.resizeGradient(to, g, node);
            case Movement.Convert _ -> convert(to, x, y);
            case Movement.Reshape _ -> throw new IllegalStateException(node + " shares its input's memory");
        }
    }

    private static void slice(CpuLowering to, Movement.Slice op, Stored x, Stored y) {
        long source = x.address();
        List<Long> from = x.steps(), into = y.steps();
        var loops = new ArrayList<Loop>();
        for (int i : x.order()) {
            source += op.start().get(i) * from.get(i);
            loops.add(new Loop(count(y, i), op.stride().get(i) * from.get(i), into.get(i)));
        }
        loops.add(new Loop(x.lanes(), x.bytes(), y.bytes()));
        to.add(new Copy(source, y.address(), loops, x.bytes()));
    }

    private static void concat(CpuLowering to, Movement.Concat op, Node node, Stored y) {
        long target = y.address();
        for (Node in : node.inputs()) {
            Stored x = to.at(in);
            var loops = new ArrayList<Loop>();
            for (int i : x.order()) loops.add(new Loop(count(x, i), x.steps().get(i), y.steps().get(i)));
            loops.add(new Loop(x.lanes(), x.bytes(), y.bytes()));
            to.add(new Copy(x.address(), target, loops, x.bytes()));
            target += x.shape().dim(op.axis()) * y.steps().get(op.axis());
        }
    }

    private static void pad(CpuLowering to, Movement.Pad op, Stored x, Stored y) {
        if (y.type().dtype() == DType.U8)
            throw new UsageException("cpu: Pad of u8 is not supported; pad after Normalize");
        var zeros = new Code(Math.toIntExact(y.layout().elements(y.shape())));
        zeros.store(zeros.fill(new Source.Constant(0)), zeros.operand(y.base()));
        to.add(zeros.kernel(0));
        long target = y.address();
        List<Long> from = x.steps(), into = y.steps();
        var loops = new ArrayList<Loop>();
        for (int i : x.order()) {
            target += op.low().get(i) * into.get(i);
            loops.add(new Loop(count(x, i), from.get(i), (op.gap().get(i) + 1) * into.get(i)));
        }
        loops.add(new Loop(x.lanes(), x.bytes(), y.bytes()));
        to.add(new Copy(x.address(), target, loops, x.bytes()));
    }

    private static int count(Stored x, int axis) { return axis == 0 ? x.blocks() : x.shape().dim(axis); }

    /** The walk follows the target's order. Where a block is incomplete, a second copy moves what there is of it. */
    private static void convert(CpuLowering to, Stored x, Stored y) {
        if (x.shape().rank() != 4) {
            var all = new Loop(Math.toIntExact(x.shape().size()), x.bytes(), y.bytes());
            to.add(new Copy(x.address(), y.address(), List.of(all), x.bytes()));
            return;
        }
        Layout from = x.layout(), into = y.layout();
        if (from.block() > 1 && into.block() > 1 && (from.blocked() != into.blocked() || from.block() != into.block()))
            throw new UsageException("cpu: no conversion from " + from + " to " + into);
        Layout blocked = into.block() > 1 ? into : from;
        if (blocked.block() == 1) {
            move(to, x, y, 0, ' ', 0, 1);
            return;
        }
        int size = x.shape().dim(AXES.indexOf(blocked.blocked())), block = blocked.block();
        if (size >= block) move(to, x, y, 0, blocked.blocked(), size / block, block);
        if (size % block > 0) move(to, x, y, size / block, blocked.blocked(), 1, size % block);
    }

    /**
     * Moves {@code count} blocks of {@code lanes} elements along the axis {@code cut}, from block {@code first} on, and
     * all of the other axes.
     */
    private static void move(CpuLowering to, Stored x, Stored y, int first, char cut, int count, int lanes) {
        var loops = new ArrayList<Loop>();
        long source = x.address(), target = y.address();
        Loop within = null;
        String order = y.layout().logical() ? AXES : y.layout().order();
        for (int i = 0; i < order.length(); i++) {
            char axis = order.charAt(i);
            Shape shape = x.shape();
            if (axis != cut) {
                loops.add(new Loop(shape.dim(AXES.indexOf(axis)), x.step(axis), y.step(axis)));
                continue;
            }
            int block = Math.max(x.layout().block(axis), y.layout().block(axis));
            long a = x.layout().block(axis) > 1 ? x.step(axis) : block * x.step(axis);
            long b = y.layout().block(axis) > 1 ? y.step(axis) : block * y.step(axis);
            source += first * a;
            target += first * b;
            loops.add(new Loop(count, a, b));
            within = new Loop(lanes, x.layout().block(axis) > 1 ? x.bytes() : x.step(axis),
                    y.layout().block(axis) > 1 ? y.bytes() : y.step(axis));
            if (y.layout().block(axis) == 1) {
                loops.add(within);
                within = null;
            }
        }
        if (within != null) loops.add(within);
        to.add(new Copy(source, target, loops, x.bytes()));
    }
}
