package org.gabor.cpu;

import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.graph.Node;
import org.gabor.graph.Product.MatMul;

/** Matrix products as nests; a transposed operand has its steps exchanged. */
final class ProductLowering {
    private ProductLowering() {}

    static void matMul(CpuLowering to, MatMul op, Node node, Finish finish) {
        Stored a = to.at(node.in(0)), b = to.at(node.in(1)), y = finish.result();
        int inner = a.shape().dim(op.transposeA() ? 0 : 1);
        long rowA = a.denseSteps().getFirst(), rowB = b.denseSteps().getFirst(), rowY = y.denseSteps().getFirst();
        long one = Float.BYTES;
        var rows = new Loop(y.shape().dim(0), op.transposeA() ? one : rowA, 0, rowY);
        var columns = new Loop(y.shape().dim(1), 0, op.transposeB() ? rowB : one, one);
        var reduction = new Loop(inner, op.transposeA() ? rowA : one, op.transposeB() ? one : rowB);
        to.add(new Nest(a.address(), b.address(), y.address(), List.of(rows), List.of(columns), List.of(reduction), List.of(),
                finish.epilogue(Bias.COLUMN, 0, List.of(),
                        z -> new Beside(z.address(), List.of(z.denseSteps().getFirst()), List.of(one), List.of()))));
    }
}
