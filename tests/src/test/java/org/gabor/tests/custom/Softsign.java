package org.gabor.tests.custom;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.gabor.graph.Custom;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.nn.Layer;
import org.gabor.nn.Scope;

/** y = x / (1 + |x|), as an operation. */
public record Softsign() implements Custom {
    @Override
    public TensorType infer(List<TensorType> in) {
        arity(in, 1);
        return in.getFirst();
    }

    @Override
    public void compute(List<MemorySegment> inputs, List<TensorType> types, MemorySegment result) {
        MemorySegment x = inputs.getFirst();
        for (long i = 0; i < types.getFirst().shape().size(); i++) {
            float v = x.getAtIndex(JAVA_FLOAT, i);
            result.setAtIndex(JAVA_FLOAT, i, v / (1 + Math.abs(v)));
        }
    }

    @Override
    public List<Gradient> vjp(Node y, Node dy) {
        return List.of(new Gradient(0, y.graph().add(new Slope(), y.in(0), dy)));
    }

    /** dx = dy / (1 + |x|)^2. */
    public record Slope() implements Custom {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            check(in.get(0).equals(in.get(1)), "x is %s, dy is %s", in.get(0), in.get(1));
            return in.getFirst();
        }

        @Override
        public void compute(List<MemorySegment> inputs, List<TensorType> types, MemorySegment result) {
            MemorySegment x = inputs.get(0), dy = inputs.get(1);
            for (long i = 0; i < types.getFirst().shape().size(); i++) {
                float d = 1 + Math.abs(x.getAtIndex(JAVA_FLOAT, i));
                result.setAtIndex(JAVA_FLOAT, i, dy.getAtIndex(JAVA_FLOAT, i) / (d * d));
            }
        }
    }

    /** The operation as a layer; a record, so that networks with it can be saved. */
    public record AsLayer() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.graph().add(new Softsign(), x); }
    }
}
