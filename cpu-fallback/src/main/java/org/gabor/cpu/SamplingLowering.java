package org.gabor.cpu;

import org.gabor.cpu.kernel.Gather;
import org.gabor.cpu.kernel.Order;
import org.gabor.graph.Node;
import org.gabor.graph.Sampling;

/** Which samples a step takes, and their copies. */
final class SamplingLowering {
    private SamplingLowering() {}

    static void lower(CpuLowering to, Sampling op, Node node) {
        Stored y = to.at(node), x = to.at(node.in(0));
        switch (op) {
            case Sampling.Order o -> to.add(new Order(o, x.address(), to.at(node.in(1)).address(),
                    to.at(node.in(2)).address(), y.address()));
            case Sampling.Gather _ -> {
                int count = y.shape().dim(0);
                to.add(new Gather(x.address(), x.shape().dim(0), to.at(node.in(1)).address(), y.address(), count,
                        y.type().bytes() / count));
            }
        }
    }
}
