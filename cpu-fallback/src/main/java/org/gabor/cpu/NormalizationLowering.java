package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Coefficients;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Lrn;
import org.gabor.cpu.kernel.Sums;
import org.gabor.cpu.kernel.Sums.Kind;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnGradSums;
import org.gabor.graph.Normalization.BnGradX;
import org.gabor.graph.Shape;

/** Statistics of channels and other sums, the factors that batch normalisation takes from them, and its local kind. */
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

    /** Both passes need all channels of a row, so a row of all channels is a unit of work. */
    static void lrn(CpuLowering to, Normalization.Lrn op, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        lrn(to, op, x, 0, x, y);
    }

    static void lrnGradient(CpuLowering to, Normalization.Lrn op, Node node) {
        Stored dy = to.at(node.in(1));
        lrn(to, op, to.at(node.in(0)), dy.address(), dy, to.at(node));
    }

    private static void lrn(CpuLowering to, Normalization.Lrn op, Stored x, long address, Stored dy, Stored y) {
        to.add(new Lrn(op, x.address(), address, y.address(), loop(x.blocks(), 'n', x, dy, y),
                loop(x.shape().h(), 'h', x, dy, y), loop(x.shape().c(), 'c', x, dy, y), x.shape().w() * x.lanes()));
    }

    private static Loop loop(int count, char axis, Stored x, Stored dy, Stored y) {
        return new Loop(count, x.step(axis), dy.step(axis), y.step(axis));
    }

    /** Sums over the axes that the result lacks; what is left is a unit of work each. */
    static void sumTo(CpuLowering to, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        Shape from = x.shape(), into = y.shape();
        List<Long> steps = x.steps(), results = y.steps();
        List<Loop> kept = new ArrayList<>(), summed = new ArrayList<>();
        for (int i = 0; i < from.rank(); i++) {
            int count = i == 0 ? x.blocks() : from.dim(i);
            if (from.dim(i) == into.dim(i)) kept.add(new Loop(count, steps.get(i), 0, results.get(i)));
            else summed.add(new Loop(count, steps.get(i), 0));
        }
        var lanes = new Loop(x.lanes(), x.bytes(), 0, y.bytes());
        if (from.rank() > 0 && from.dim(0) == into.dim(0)) kept.add(lanes);
        else summed.add(lanes);
        sums(to, Kind.TOTAL, kept, x, x, summed, 0, 0, y);
    }

    private static void add(CpuLowering to, Kind kind, Stored x, Stored dy, long stats, double eps, Stored result) {
        var channels = new Loop(x.shape().c(), x.steps().get(1), dy.steps().get(1), Float.BYTES);
        sums(to, kind, List.of(channels), x, dy, aroundChannel(x, dy), stats, eps, result);
    }

    /** Sums of {@code around} for every turn of {@code units}. */
    static void sums(CpuLowering to, Kind kind, List<Loop> units, Stored x, Stored dy, List<Loop> around, long stats,
            double eps, Stored result) {
        var loops = new ArrayList<>(Loop.merged(around));
        Loop run = loops.isEmpty() ? new Loop(1, 0, 0) : loops.removeLast();
        to.add(new Sums(kind, Loop.merged(units), x.address(), dy.address(), loops, run, stats, 1, eps, result.address()));
    }

    /** All elements of a channel. */
    private static List<Loop> aroundChannel(Stored x, Stored dy) {
        var loops = new ArrayList<Loop>();
        for (int i = 0; i < x.shape().rank(); i++)
            if (i != 1) loops.add(new Loop(i == 0 ? x.blocks() : x.shape().dim(i), x.steps().get(i), dy.steps().get(i)));
        loops.add(new Loop(x.lanes(), x.bytes(), dy.bytes()));
        return loops;
    }
}
