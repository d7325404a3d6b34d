package org.gabor.cuda;

import org.gabor.graph.Augmentation;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;

/** Random maps, and images as they place them (draws.cu). */
final class AugmentationLowering {
    private static final String FAMILY = "draws";
    private static final int THREADS = 128;

    private AugmentationLowering() {}

    static void lower(CudaLowering to, Augmentation op, Node node) {
        switch (op) {
            case Augmentation.DrawMaps d -> maps(to, d, node);
            case Augmentation.Warp _ -> warp(to, node);
        }
    }

    private static void maps(CudaLowering to, Augmentation.DrawMaps op, Node node) {
        var struct = new Struct(72);
        for (Node in : node.inputs()) struct.pointer(to.at(in).address());
        struct.pointer(to.at(node).address()).integer(op.n()).integer(op.h()).integer(op.w()).integer(op.stream())
                .integer(op.columns()).integer(op.rows()).number((float) op.limits().flip()).number(op.tangent())
                .number(op.least()).number(op.range());
        to.add(new Launch(FAMILY, "draws_maps", Launch.Grid.of(Math.ceilDiv(op.n(), THREADS)), THREADS,
                new Arguments().struct(struct.toBytes())));
    }

    private static void warp(CudaLowering to, Node node) {
        Stored x = to.at(node.in(0)), maps = to.at(node.in(1)), y = to.at(node);
        Shape s = x.shape();
        var threads = RowGrid.of(s.w(), (long) s.n() * s.h(), THREADS);
        byte[] images = new Struct(16).integer(s.n()).integer(s.c()).integer(s.h()).integer(s.w()).toBytes();
        to.add(new Launch(FAMILY, Elements.kernel("draws_warp", y, node), threads.grid(), threads.block(), 0,
                new Arguments().pointer(x.address()).pointer(maps.address()).pointer(y.address()).struct(images)));
    }
}
