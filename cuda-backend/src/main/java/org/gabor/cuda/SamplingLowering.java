package org.gabor.cuda;

import org.gabor.graph.Node;
import org.gabor.graph.Sampling;
import org.gabor.random.Stream;

/** Which samples a step takes, and their copies (draws.cu). */
final class SamplingLowering {
    private static final String FAMILY = "draws";
    private static final int THREADS = 128;
    private static final int SHUFFLE = Stream.id("shuffle");

    private SamplingLowering() {}

    static void lower(CudaLowering to, Sampling op, Node node) {
        switch (op) {
            case Sampling.Order o -> order(to, o, node);
            case Sampling.Gather _ -> gather(to, node);
        }
    }

    private static void order(CudaLowering to, Sampling.Order op, Node node) {
        var struct = new Struct(48);
        for (Node in : node.inputs()) struct.pointer(to.at(in).address());
        struct.pointer(to.at(node).address()).integer(op.samples()).integer(op.batch()).integer(op.steps()).integer(SHUFFLE);
        to.add(new Launch(FAMILY, "draws_order", Launch.Grid.of(Math.ceilDiv(op.batch(), THREADS)), THREADS,
                new Arguments().struct(struct.toBytes())));
    }

    private static void gather(CudaLowering to, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        int count = y.shape().dim(0);
        long bytes = y.size() / count * y.dtype().bytes;
        int element = 16;
        while (bytes % element != 0 || x.address() % element != 0 || y.address() % element != 0) element /= 4;
        var threads = RowGrid.of(bytes / element, count, THREADS);
        to.add(new Launch(FAMILY, "draws_gather_" + element, threads.grid(), threads.block(), 0,
                new Arguments().pointer(x.address()).pointer(to.at(node.in(1)).address()).pointer(y.address())
                        .big(bytes / element).integer(count)));
    }
}
