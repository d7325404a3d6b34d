package org.gabor.cuda;

import java.util.List;
import org.gabor.graph.Criterion;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;

/** Functions of samples' scores (rows.cu): a row of a matrix, or a pixel of an image, which has its channels last. */
final class LossLowering {
    private static final String FAMILY = "rows";
    /** The most classes that a warp or a part of one takes. */
    private static final int WARP = 2048;
    private static final int THREADS = 128;
    private static final int LANES = 256;
    private static final int WARP_LANES = 32;

    private LossLowering() {}

    static void lower(CudaLowering to, Loss op, Node node) {
        switch (op) {
            case Loss.Softmax _ -> rows(to, "softmax", node, new Arguments());
            case Loss.SoftmaxGrad _ -> rows(to, "softmax_gradient", node, new Arguments());
            case Loss.LogSoftmax _ -> rows(to, "log_softmax", node, new Arguments());
            case Loss.LogSoftmaxGrad _ -> rows(to, "log_softmax_gradient", node, new Arguments());
            case Loss.SampleLoss s -> rows(to, name(s.criterion()), node, settings(to, s.criterion()));
            case Loss.SampleLossGrad s -> rows(to, name(s.criterion()) + "_gradient", node, settings(to, s.criterion()));
            case Loss.InTopK t -> rows(to, "in_top_k", node, new Arguments().integer(t.k()));
            case Loss.SampleWeight s -> weight(to, s.criterion(), node);
            case Loss.Sum _ -> SumLowering.lower(to, node);
            case Loss.Expand _ -> throw new IllegalStateException(node + " is a chain");
        }
    }

    private static String name(Criterion criterion) {
        return switch (criterion) {
            case CrossEntropy _ -> "cross_entropy";
            case Criterion.MultiMargin _ -> "margin";
            case Criterion.SquaredError _ -> "squared_error";
            case Criterion.BinaryCrossEntropy _ -> "binary_cross_entropy";
        };
    }

    /** What a criterion's kernels are told besides scores and labels. */
    private static Arguments settings(CudaLowering to, Criterion criterion) {
        return switch (criterion) {
            case CrossEntropy e -> new Arguments().struct(struct(to, e));
            case Criterion.MultiMargin m -> new Arguments().number(m.margin()).integer(m.power());
            case Criterion.SquaredError _,Criterion.BinaryCrossEntropy _ -> new Arguments();
        };
    }

    private static byte[] struct(CudaLowering to, CrossEntropy e) {
        List<Double> weights = e.weights();
        var table = new float[weights.size()];
        for (int i = 0; i < table.length; i++) table[i] = weights.get(i).floatValue();
        return new Struct(24).pointer(weights.isEmpty() ? 0 : to.constants().floats(table)).precise(e.smoothing())
                .integer(e.ignore().isPresent() ? 1 : 0).integer(e.ignore().orElse(0)).toBytes();
    }

    /** A function whose first input are scores; the kernel takes all inputs, the result, the rows and what is special. */
    private static void rows(CudaLowering to, String kernel, Node node, Arguments special) {
        Stored scores = to.at(node.in(0));
        Shape x = scores.shape();
        int c = x.c(), count = Math.toIntExact(x.size() / c);
        int lanes = c > WARP ? LANES : RowGrid.holding(Math.ceilDiv(c, 4), WARP_LANES), teams = c > WARP ? 1 : THREADS / lanes;
        var arguments = new Arguments();
        for (Node in : node.inputs()) arguments.pointer(to.at(in).address());
        arguments.pointer(to.at(node).address()).struct(rows(count, c));
        special.values().forEach(arguments::struct);
        to.add(new Launch(FAMILY, Elements.kernel("rows_" + kernel, scores, node), Launch.Grid.of(Math.ceilDiv(count, teams)),
                new Launch.Block(lanes, teams, 1), Double.BYTES * LANES / WARP_LANES, arguments));
    }

    private static void weight(CudaLowering to, CrossEntropy criterion, Node node) {
        Stored labels = to.at(node.in(0));
        int count = Math.toIntExact(labels.size());
        to.add(new Launch(FAMILY, "rows_weight", Launch.Grid.of(Math.ceilDiv(count, THREADS)), THREADS,
                new Arguments().pointer(labels.address()).pointer(to.at(node).address())
                        .struct(rows(count, criterion.weights().size())).struct(struct(to, criterion))));
    }

    private static byte[] rows(int count, int c) { return new Struct(8).integer(count).integer(c).toBytes(); }
}
