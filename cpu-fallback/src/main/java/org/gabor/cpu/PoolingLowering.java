package org.gabor.cpu;

import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Pool.Kind;
import org.gabor.graph.Node;
import org.gabor.graph.Pooling;

/** Poolings and their gradients. */
final class PoolingLowering {
    private PoolingLowering() {}

    static void lower(CpuLowering to, Pooling op, Node node) {
        Stored y = to.at(node), first = to.at(node.in(0));
        switch (op) {
            case Pooling.MaxPool _ -> add(to, Kind.MAX, op, first, first, y, first);
            case Pooling.MeanPool _ -> add(to, Kind.MEAN, op, first, first, y, first);
            case Pooling.MaxPoolGrad _ -> add(to, Kind.MAX_GRADIENT, op, first, to.at(node.in(1)), y, y);
            case Pooling.MeanPoolGrad _ -> add(to, Kind.MEAN_GRADIENT, op, first, first, y, y);
        }
    }

    /** A kernel; {@code image} is the value that the window slides over. */
    private static void add(CpuLowering to, Kind kind, Pooling op, Stored x, Stored dy, Stored result, Stored image) {
        to.add(new Pool(kind, op.window(), loop(x.blocks(), 'n', x, dy, result), loop(image.shape().c(), 'c', x, dy, result),
                x.address(), dy.address(), result.address(), image.shape().h(), image.shape().w(), image.lanes(),
                loop(1, 'h', x, dy, result)));
    }

    private static Loop loop(int count, char axis, Stored x, Stored dy, Stored result) {
        return new Loop(count, x.step(axis), dy.step(axis), result.step(axis));
    }
}
