package org.gabor.graph;

import java.util.List;

/** Matrix products. */
public sealed interface Product extends Op {
    /**
     * y = op(a) op(b), each operand transposed or not. Operands of rank 2; result [rows of op(a), columns of op(b)].
     */
    record MatMul(boolean transposeA, boolean transposeB) implements Product {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            Shape a = in.get(0).shape(), b = in.get(1).shape();
            check(a.rank() == 2 && b.rank() == 2, "operands must be matrices, got %s and %s", a, b);
            int inner = a.dim(transposeA ? 0 : 1), other = b.dim(transposeB ? 1 : 0);
            check(inner == other, "%s%s x %s%s: inner dimensions %d and %d differ", a, transposeA ? "^T" : "", b,
                    transposeB ? "^T" : "", inner, other);
            return in.get(0).with(Shape.of(a.dim(transposeA ? 1 : 0), b.dim(transposeB ? 0 : 1)));
        }

        @Override
        public long macs(Node y) { return y.shape().size() * y.in(0).shape().dim(transposeA ? 0 : 1); }

        @Override
        public List<Gradient> vjp(Node y, Node dy) {
            Node a = y.in(0), b = y.in(1);
            Node da = transposeA ? b.matmul(dy, transposeB, true) : dy.matmul(b, false, !transposeB);
            Node db = transposeB ? dy.matmul(a, true, transposeA) : a.matmul(dy, !transposeA, false);
            return List.of(new Gradient(0, da), new Gradient(1, db));
        }
    }
}
