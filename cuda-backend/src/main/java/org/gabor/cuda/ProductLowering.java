package org.gabor.cuda;

import org.gabor.graph.Node;
import org.gabor.graph.Product;

/** Matrix products by cuBLAS. */
final class ProductLowering {
    private ProductLowering() {}

    static void lower(CudaLowering to, Product op, Node node) {
        switch (op) {
            case Product.MatMul p -> {
                Stored a = to.at(node.in(0)), b = to.at(node.in(1)), c = to.at(node);
                int inner = a.shape().dim(p.transposeA() ? 0 : 1);
                to.add(new Multiply(c.dtype(), p.transposeA(), p.transposeB(), c.shape().dim(0), c.shape().dim(1), inner,
                        a.address(), b.address(), c.address()));
            }
        }
    }
}
