package org.gabor.cpu;

import org.gabor.cpu.kernel.Rows;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;

/** Functions of samples' scores, and sums of everything. */
final class LossLowering {
    private LossLowering() {}

    static void lower(CpuLowering to, Loss op, Node node) {
        switch (op) {
            case Loss.Softmax _,Loss.LogSoftmax _ -> add(to, op, node, node.in(0), -1, -1);
            case Loss.SoftmaxGrad _,Loss.LogSoftmaxGrad _ -> add(to, op, node, node.in(0), -1, 1);
            case Loss.SampleLoss _,Loss.InTopK _ -> add(to, op, node, node.in(0), 1, -1);
            case Loss.SampleLossGrad _ -> add(to, op, node, node.in(0), 1, 2);
            case Loss.SampleWeight _ -> to.add(new Rows(op, Math.toIntExact(node.shape().size()), 1, 1, 0,
                    to.at(node.in(0)).address(), 0, to.at(node).address()));
            case Loss.Sum s -> SumLowering.total(to, to.at(node.in(0)), s.scale(), to.at(node));
            case Loss.Expand _ -> throw new IllegalStateException(node + " is a chain");
        }
    }

    /** A function of scores; {@code labels} and {@code dy} are the numbers of inputs, or -1 for none. */
    private static void add(CpuLowering to, Loss op, Node node, Node scores, int labels, int dy) {
        Shape x = scores.shape();
        int plane = Math.toIntExact(x.plane());
        to.add(new Rows(op, Math.multiplyExact(x.n(), plane), x.c(), plane, to.at(scores).address(), input(to, node, labels),
                input(to, node, dy), to.at(node).address()));
    }

    private static long input(CpuLowering to, Node node, int i) { return i < 0 ? 0 : to.at(node.in(i)).address(); }
}
