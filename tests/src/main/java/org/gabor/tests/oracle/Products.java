package org.gabor.tests.oracle;

import org.gabor.graph.Product;
import org.gabor.graph.Shape;

/** Matrix products. */
final class Products {
    private Products() {}

    static double[] of(Product op, Operands in) {
        return switch (op) {
            case Product.MatMul m -> matmul(m, in);
        };
    }

    private static double[] matmul(Product.MatMul op, Operands in) {
        Shape a = in.shape(0), b = in.shape(1);
        int rows = in.result().dim(0), columns = in.result().dim(1), inner = a.dim(op.transposeA() ? 0 : 1);
        double[] out = in.out();
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                for (int l = 0; l < inner; l++) {
                    int ai = op.transposeA() ? l * a.dim(1) + i : i * a.dim(1) + l;
                    int bi = op.transposeB() ? j * b.dim(1) + l : l * b.dim(1) + j;
                    out[i * columns + j] += in.in(0)[ai] * in.in(1)[bi];
                }
        return out;
    }
}
