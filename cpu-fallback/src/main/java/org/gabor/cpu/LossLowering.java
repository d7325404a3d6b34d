package org.gabor.cpu;

import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Rows;
import org.gabor.cpu.kernel.Rows.Kind;
import org.gabor.cpu.kernel.Sums;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;

/** Functions of rows of scores, and sums of everything. */
final class LossLowering {
    private LossLowering() {}

    static void lower(CpuLowering to, Loss op, Node node) {
        long x = to.at(node.in(0)).address(), y = to.at(node).address();
        switch (op) {
            case Loss.Softmax _ -> to.add(rows(Kind.SOFTMAX, node, x, 0, 0, 0, y));
            case Loss.SoftmaxGrad _ -> to.add(rows(Kind.SOFTMAX_GRADIENT, node, x, 0, second(to, node), 0, y));
            case Loss.SoftmaxCrossEntropy _ -> to.add(rows(Kind.CROSS_ENTROPY, node, x, second(to, node), 0, 0, y));
            case Loss.SoftmaxCrossEntropyGrad _ ->
                    to.add(rows(Kind.CROSS_ENTROPY_GRADIENT, node, x, second(to, node), to.at(node.in(2)).address(), 0, y));
            case Loss.InTopK top -> to.add(rows(Kind.IN_TOP_K, node, x, second(to, node), 0, top.k(), y));
            case Loss.Sum s -> {
                var run = new Loop(Math.toIntExact(node.in(0).shape().size()), Float.BYTES, 0);
                to.add(new Sums(Sums.Kind.TOTAL, 1, x, 0, new Loop(1, 0, 0), List.of(), run, 0, s.scale(), 0, y));
            }
            case Loss.Expand _ -> throw new IllegalStateException(node + " is a chain");
        }
    }

    private static long second(CpuLowering to, Node node) { return to.at(node.in(1)).address(); }

    private static Rows rows(Kind kind, Node node, long x, long labels, long dy, int k, long y) {
        return new Rows(kind, node.in(0).shape().n(), node.in(0).shape().c(), x, labels, dy, k, y);
    }
}
