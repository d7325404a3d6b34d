package org.gabor.cuda;

import org.gabor.UsageException;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;

/** Local response normalisation (lrn.cu). Batch normalisation is sums and chains. */
final class NormalizationLowering {
    private static final String FAMILY = "lrn";
    private static final int THREADS = 128;
    private static final int CHUNK = 1024;
    private static final int BYTES = 48;
    /** Shared memory that every GPU gives a block. */
    private static final int SHARED_BYTES = 48 << 10;

    private NormalizationLowering() {}

    static void lrn(CudaLowering to, Normalization.Lrn op, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        to.add(new Launch(FAMILY, Elements.kernel("lrn", x, node), Launch.Grid.of(Math.ceilDiv(x.size(), THREADS)), THREADS,
                new Arguments().pointer(x.address()).pointer(y.address()).struct(struct(op, x, 0))));
    }

    static void lrnGradient(CudaLowering to, Normalization.Lrn op, Node node) {
        Stored x = to.at(node.in(0)), dy = to.at(node.in(1)), dx = to.at(node);
        int c = x.shape().c(), chunk = Math.min(c, CHUNK), lanes = RowGrid.holding(chunk, THREADS), pixels = THREADS / lanes;
        long shared = (Math.min(c, chunk + op.size() - 1L) + chunk) * Float.BYTES * pixels;
        if (shared > SHARED_BYTES)
            throw new UsageException("cuda: LrnGrad over " + op.size() + " channels is not supported; use a smaller size");
        long blocks = Math.ceilDiv(x.size() / c, pixels);
        to.add(new Launch(FAMILY, Elements.kernel("lrn_gradient", x, node), Launch.Grid.of(blocks),
                new Launch.Block(lanes, pixels, 1), (int) shared,
                new Arguments().pointer(x.address()).pointer(dy.address()).pointer(dx.address()).struct(struct(op, x, chunk))));
    }

    private static byte[] struct(Normalization.Lrn op, Stored x, int chunk) {
        double scale = op.alpha() / op.size();
        int c = x.shape().c();
        return new Struct(BYTES).precise(op.k()).precise(scale).precise(2 * scale * op.beta()).big(x.size() / c).integer(c)
                .integer(op.size()).integer(chunk).number((float) op.beta()).toBytes();
    }
}
