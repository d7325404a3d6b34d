package org.gabor.cuda;

import org.gabor.graph.Node;
import org.gabor.graph.Normalization.BatchNorm;
import org.gabor.graph.Normalization.BnGradX;

/** The factors that batch normalisation takes from statistics, computed once a channel into rows of floats. */
final class ChannelFactors {
    /** Rows of factors that the forward step needs. */
    static final int FORWARD_ROWS = 1;

    private static final int THREADS = 256;
    private static final int BYTES = 56;

    private ChannelFactors() {}

    /** Rows of factors that a gradient needs. */
    static int rows(BnGradX g) { return g.batch() ? 3 : 1; }

    /** Scratch memory of so many rows. */
    static long workspace(int rows, Node node) { return CudaRules.aligned((long) rows * node.shape().c() * Float.BYTES); }

    /** Computes gamma / sqrt(var + eps); returns where it lies. */
    static long forward(CudaLowering to, BatchNorm op, Node node) { return rows(to, node, FORWARD_ROWS, 0, op.eps()); }

    /** Computes the same, and with batch statistics sums[0] / m and sums[1] / (m sqrt(var + eps)); returns where they lie. */
    static long gradient(CudaLowering to, BnGradX op, Node node) {
        return rows(to, node, rows(op), op.batch() ? to.at(node.in(4)).address() : 0, op.eps());
    }

    private static long rows(CudaLowering to, Node node, int rows, long sums, double eps) {
        Stored stats = to.at(node.in(1)), gamma = to.at(node.in(2));
        if (stats.dtype() != gamma.dtype()) throw new IllegalStateException(stats + " and " + gamma);
        int channels = node.shape().c();
        long result = to.workspace(workspace(rows, node));
        double m = (double) node.shape().size() / channels;
        var struct = new Struct(BYTES).pointer(stats.address()).pointer(gamma.address()).pointer(sums).pointer(result)
                .precise(m).precise(eps).integer(channels).integer(SumLowering.element(stats));
        to.add(new Launch(SumLowering.FAMILY, "sums_factors", Launch.Grid.of(Math.ceilDiv(channels, THREADS)), THREADS,
                new Arguments().struct(struct.toBytes())));
        return result;
    }
}
