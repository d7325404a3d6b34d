package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Coefficients;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Sums;
import org.gabor.cpu.kernel.Sums.Kind;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnGradSums;
import org.gabor.graph.Normalization.BnGradX;
import org.gabor.graph.Shape;

/** Statistics of channels, and the factors that batch normalisation takes from them. */
final class NormalizationLowering {
    /** Rows of factors that the forward step needs. */
    static final int FORWARD_ROWS = 1;

    private NormalizationLowering() {}

    /** Rows of factors that a gradient needs. */
    static int rows(BnGradX g) { return g.batch() ? 3 : 1; }

    static void stats(CpuLowering to, Node node) {
        Stored x = to.at(node.in(0));
        add(to, Kind.MOMENTS, x, x, 0, 0, to.at(node));
    }

    static void channelSum(CpuLowering to, Node node) {
        Stored x = to.at(node.in(0));
        add(to, Kind.TOTAL, x, x, 0, 0, to.at(node));
    }

    static void gradSums(CpuLowering to, BnGradSums op, Node node) {
        long stats = to.at(node.in(1)).address();
        add(to, Kind.GRADIENT, to.at(node.in(0)), to.at(node.in(2)), stats, op.eps(), to.at(node));
    }

    /** Computes the factors of a channel; returns where they lie. */
    static long coefficients(CpuLowering to, BatchNorm op, Node node) {
        return coefficients(to, node, FORWARD_ROWS, 0, op.eps());
    }

    /** Computes the factors of a channel; returns where they lie. */
    static long coefficients(CpuLowering to, BnGradX op, Node node) {
        return coefficients(to, node, rows(op), op.batch() ? to.at(node.in(4)).address() : 0, op.eps());
    }

    private static long coefficients(CpuLowering to, Node node, int rows, long sums, double eps) {
        Stored stats = to.at(node.in(1)), gamma = to.at(node.in(2));
        long result = to.workspace(rows * gamma.type().bytes());
        double m = (double) node.shape().size() / node.shape().c();
        to.add(new Coefficients(node.shape().c(), stats.address(), gamma.address(), sums, m, eps, result));
        return result;
    }

    private static void add(CpuLowering to, Kind kind, Stored x, Stored dy, long stats, double eps, Stored result) {
        var loops = new ArrayList<>(Loop.merged(aroundChannel(x, dy)));
        Loop run = loops.isEmpty() ? new Loop(1, 0, 0) : loops.removeLast();
        var channel = new Loop(x.shape().c(), channelStep(x), channelStep(dy));
        to.add(new Sums(kind, x.shape().c(), x.address(), dy.address(), channel, loops, run, stats, 1, eps,
                result.address()));
    }

    private static long channelStep(Stored x) { return x.shape().rank() == 4 ? x.step('c') : x.denseSteps().get(1); }

    /** All elements of a channel. */
    private static List<Loop> aroundChannel(Stored x, Stored dy) {
        Shape shape = x.shape();
        var within = new Loop(Math.toIntExact(shape.plane()), x.bytes(), dy.bytes());
        if (shape.rank() != 4)
            return List.of(new Loop(shape.n(), x.denseSteps().getFirst(), dy.denseSteps().getFirst()), within);
        return List.of(new Loop(x.blocks(), x.step('n'), dy.step('n')), new Loop(shape.h(), x.step('h'), dy.step('h')),
                new Loop(shape.w(), x.step('w'), dy.step('w')), new Loop(x.lanes(), x.bytes(), dy.bytes()));
    }
}
