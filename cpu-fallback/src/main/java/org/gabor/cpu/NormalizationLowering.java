package org.gabor.cpu;

import org.gabor.cpu.kernel.Coefficients;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Lrn;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnGradX;

/** The factors that batch normalisation takes from statistics, and its local kind. */
final class NormalizationLowering {
    /** Rows of factors that the forward step needs. */
    static final int FORWARD_ROWS = 1;

    private NormalizationLowering() {}

    /** Rows of factors that a gradient needs. */
    static int rows(BnGradX g) { return g.batch() ? 3 : 1; }

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
                loop(x.shape().h(), 'h', x, dy, y), x.shape().w(), x.shape().c(), x.lanes()));
    }

    private static Loop loop(int count, char axis, Stored x, Stored dy, Stored y) {
        return new Loop(count, x.step(axis), dy.step(axis), y.step(axis));
    }
}
