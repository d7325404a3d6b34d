package org.gabor.cuda;

import java.util.ArrayList;
import java.util.List;
import org.gabor.UsageException;
import org.gabor.graph.Layout;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;

/** Movements as copies. */
final class MovementLowering {
    private static final String AXES = "nchw";

    private MovementLowering() {}

    static void lower(CudaLowering to, Movement op, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        switch (op) {
            case Movement.Slice s -> slice(to, x, y, s.start(), s.stride());
            case Movement.Pad p -> pad(to, x, y, p.low(), p.gap());
            case Movement.Concat c -> concat(to, c, node, y);
            case Movement.PadReflect r -> ResamplingLowering.reflect(to, r, node);
            case Movement.PadReflectGrad g -> ResamplingLowering.reflectGradient(to, g.of(), node);
            case Movement.Resize r -> ResamplingLowering.resize(to, r, node);
            case Movement.ResizeGrad g -> ResamplingLowering.resizeGradient(to, g, node);
            case Movement.Convert _ -> convert(to, x, y);
            case Movement.Reshape _ -> throw new IllegalStateException(node + " shares its input's memory");
        }
    }

    /** Puts an image into a larger one, {@code top} rows and {@code left} columns from its corner, with zeros around it. */
    static void pad(CudaLowering to, Stored x, Stored y, int top, int left) {
        pad(to, x, y, List.of(0, 0, top, left), List.of(0, 0, 0, 0));
    }

    /** Takes an image out of a larger one, from {@code top} rows and {@code left} columns from its corner on. */
    static void crop(CudaLowering to, Stored x, Stored y, int top, int left) {
        slice(to, x, y, List.of(0, 0, top, left), List.of(1, 1, 1, 1));
    }

    private static void slice(CudaLowering to, Stored x, Stored y, List<Integer> start, List<Integer> stride) {
        long source = x.address();
        long[] from = x.strides(), into = y.strides();
        var axes = new ArrayList<Walk.Axis>();
        for (int i : Walk.order(y)) {
            source += start.get(i) * from[i] * bytes(x);
            axes.add(new Walk.Axis(y.shape().dim(i), List.of(stride.get(i) * from[i], into[i])));
        }
        to.add(Copies.strided(source, y.address(), axes, bytes(x)));
    }

    private static void pad(CudaLowering to, Stored x, Stored y, List<Integer> low, List<Integer> gap) {
        if (y.size() > x.size()) to.add(new Work.Clear(y.address(), y.size() * bytes(y)));
        long target = y.address();
        long[] from = x.strides(), into = y.strides();
        var axes = new ArrayList<Walk.Axis>();
        for (int i : Walk.order(y)) {
            target += low.get(i) * into[i] * bytes(y);
            axes.add(new Walk.Axis(x.shape().dim(i), List.of(from[i], (gap.get(i) + 1) * into[i])));
        }
        to.add(Copies.strided(x.address(), target, axes, bytes(x)));
    }

    private static void concat(CudaLowering to, Movement.Concat op, Node node, Stored y) {
        long target = y.address();
        long[] into = y.strides();
        for (Node in : node.inputs()) {
            Stored x = to.at(in);
            long[] from = x.strides();
            var axes = new ArrayList<Walk.Axis>();
            for (int i : Walk.order(y)) axes.add(new Walk.Axis(x.shape().dim(i), List.of(from[i], into[i])));
            to.add(Copies.strided(x.address(), target, axes, bytes(x)));
            target += x.shape().dim(op.axis()) * into[op.axis()] * bytes(y);
        }
    }

    /** Brings a value into another layout. */
    static void convert(CudaLowering to, Stored x, Stored y) {
        Layout from = x.layout(), into = y.layout();
        if (x.shape().rank() != 4) {
            to.add(new Work.Move(x.address(), y.address(), x.size() * bytes(x)));
            return;
        }
        long channels = x.shape().c(), plane = x.shape().plane();
        boolean tiles = Copies.worthTiles(channels, plane);
        if (tiles && from.logical() && into.equals(Layout.NHWC))
            to.add(Copies.transposed(x.address(), y.address(), x.shape().n(), channels, plane, bytes(x)));
        else if (tiles && from.equals(Layout.NHWC) && into.logical())
            to.add(Copies.transposed(x.address(), y.address(), x.shape().n(), plane, channels, bytes(x)));
        else blocks(to, x, y);
    }

    /** From any layout to any other. Where a block is incomplete, a second copy moves what there is of it. */
    private static void blocks(CudaLowering to, Stored x, Stored y) {
        Layout from = x.layout(), into = y.layout();
        boolean both = from.block() > 1 && into.block() > 1;
        if (both && (from.blocked() != into.blocked() || from.block() != into.block()))
            throw new UsageException("cuda: no conversion from " + from + " to " + into);
        Layout blocked = into.block() > 1 ? into : from;
        if (blocked.block() == 1) {
            move(to, x, y, ' ', 0, 0, 1);
            return;
        }
        int size = x.shape().dim(AXES.indexOf(blocked.blocked())), block = blocked.block();
        if (size >= block) move(to, x, y, blocked.blocked(), 0, size / block, block);
        if (size % block > 0) move(to, x, y, blocked.blocked(), size / block, 1, size % block);
    }

    /**
     * Moves {@code count} blocks of {@code lanes} elements along the axis {@code cut}, from block {@code first} on, and all of
     * the other axes, in the order of the target.
     */
    private static void move(CudaLowering to, Stored x, Stored y, char cut, int first, int count, int lanes) {
        var axes = new ArrayList<Walk.Axis>();
        long source = x.address(), target = y.address();
        int block = Math.max(x.layout().block(), y.layout().block());
        Walk.Axis within = cut == ' ' ? null : new Walk.Axis(lanes, List.of(within(x, cut), within(y, cut)));
        String order = y.layout().logical() ? AXES : y.layout().order();
        for (int i = 0; i < order.length(); i++) {
            char axis = order.charAt(i);
            long a = step(x, axis), b = step(y, axis);
            if (axis != cut) {
                axes.add(new Walk.Axis(x.shape().dim(AXES.indexOf(axis)), List.of(a, b)));
                continue;
            }
            long across = x.layout().block() > 1 ? a : block * a, along = y.layout().block() > 1 ? b : block * b;
            source += first * across * bytes(x);
            target += first * along * bytes(y);
            axes.add(new Walk.Axis(count, List.of(across, along)));
            if (y.layout().block() == 1 && within != null) {
                axes.add(within);
                within = null;
            }
        }
        if (within != null) axes.add(within);
        to.add(Copies.strided(source, target, axes, bytes(x)));
    }

    private static long step(Stored x, char axis) { return x.layout().stride(x.shape(), axis); }

    /** Elements from neighbour to neighbour within a block of another layout, or of its own. */
    private static long within(Stored x, char axis) { return x.layout().block() > 1 ? 1 : step(x, axis); }

    private static int bytes(Stored x) { return x.dtype().bytes; }
}
