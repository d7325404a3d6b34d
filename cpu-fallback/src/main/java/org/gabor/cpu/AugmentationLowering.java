package org.gabor.cpu;

import org.gabor.cpu.kernel.DrawMaps;
import org.gabor.cpu.kernel.Warp;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Node;

/** Random maps, and images as they place them. */
final class AugmentationLowering {
    private AugmentationLowering() {}

    static void lower(CpuLowering to, Augmentation op, Node node) {
        Stored first = to.at(node.in(0)), second = to.at(node.in(1)), y = to.at(node);
        switch (op) {
            case Augmentation.DrawMaps d -> to.add(new DrawMaps(d, first.address(), second.address(),
                    to.at(node.in(2)).address(), y.address()));
            case Augmentation.Warp _ -> to.add(new Warp(y.shape(), first.address(), second.address(), y.address(), y.lanes(),
                    y.step('n'), y.step('h')));
        }
    }
}
