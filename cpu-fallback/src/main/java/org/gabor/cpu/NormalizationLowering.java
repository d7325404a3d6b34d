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
        add(to, Kind.GRADIENT, to.at(node.in(0)), to.at(node.in(2)), to.at(node.in(1)).address(), op.eps(), to.at(node));
    }

    /** Computes the factors of a channel; returns where they lie. */
    static long coefficients(CpuLowering to, BatchNorm op, Node node) {
        long rows = to.workspace(FORWARD_ROWS * node.in(2).type().bytes());
        to.add(new Coefficients(node.shape().c(), to.at(node.in(1)).address(), to.at(node.in(2)).address(), 0, 0, op.eps(), rows));
        return rows;
    }

    /** Computes the factors of a channel; returns where they lie. */
    static long coefficients(CpuLowering to, BnGradX op, Node node) {
        long rows = to.workspace(rows(op) * node.in(2).type().bytes());
        double m = (double) node.shape().size() / node.shape().c();
        long sums = op.batch() ? to.at(node.in(4)).address() : 0;
        to.add(new Coefficients(node.shape().c(), to.at(node.in(1)).address(), to.at(node.in(2)).address(), sums, m, op.eps(), rows));
        return rows;
    }

    private static void add(CpuLowering to, Kind kind, Stored x, Stored dy, long stats, double eps, Stored result) {
        var loops = new ArrayList<>(Loop.merged(aroundChannel(x, dy)));
        Loop run = loops.isEmpty() ? new Loop(1, 0, 0) : loops.removeLast();
        var channel = new Loop(x.shape().c(), channelStep(x), channelStep(dy));
        to.add(new Sums(kind, x.shape().c(), x.address(), dy.address(), channel, loops, run, stats, 1, eps, result.address()));
    }

    private static long channelStep(Stored x) { return x.shape().rank() == 4 ? x.step('c') : x.denseSteps().get(1); }

    /** All elements of a channel. */
    private static List<Loop> aroundChannel(Stored x, Stored dy) {
        int n = x.shape().n();
        if (x.shape().rank() != 4) {
            long step = x.denseSteps().getFirst();
            return List.of(new Loop(n, step, step), new Loop(Math.toIntExact(x.shape().plane()), x.bytes(), dy.bytes()));
        }
        return List.of(new Loop(x.blocks(), x.step('n'), dy.step('n')), new Loop(x.shape().h(), x.step('h'), dy.step('h')),
                new Loop(x.shape().w(), x.step('w'), dy.step('w')), new Loop(x.lanes(), x.bytes(), dy.bytes()));
    }
}
