package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Custom;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;

/** Operations that a user brings, by themselves and among ours. */
final class CustomCases {
    private CustomCases() {}

    /** y = scale x |x|; its gradient is 2 scale |x| dy. */
    private record SignedSquare(float scale) implements Custom {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            return in.getFirst();
        }

        @Override
        public void compute(List<MemorySegment> inputs, List<TensorType> types, MemorySegment result) {
            for (long i = 0; i < types.getFirst().shape().size(); i++) {
                float x = inputs.getFirst().getAtIndex(ValueLayout.JAVA_FLOAT, i);
                result.setAtIndex(ValueLayout.JAVA_FLOAT, i, scale * x * Math.abs(x));
            }
        }

        @Override
        public List<Op.Gradient> vjp(Node y, Node dy) {
            return List.of(new Op.Gradient(0, y.graph().add(new SignedSquareGrad(scale), y.in(0), dy)));
        }
    }

    private record SignedSquareGrad(float scale) implements Custom {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 2);
            return in.getFirst();
        }

        @Override
        public void compute(List<MemorySegment> inputs, List<TensorType> types, MemorySegment result) {
            for (long i = 0; i < types.getFirst().shape().size(); i++) {
                float x = inputs.getFirst().getAtIndex(ValueLayout.JAVA_FLOAT, i);
                float dy = inputs.getLast().getAtIndex(ValueLayout.JAVA_FLOAT, i);
                result.setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 * scale * Math.abs(x) * dy);
            }
        }
    }

    /** Where in its sample the largest of a sample's elements lies: I32 [n] of a value [n,...]. */
    private record WhereLargest() implements Custom {
        @Override
        public TensorType infer(List<TensorType> in) {
            arity(in, 1);
            return TensorType.i32(in.getFirst().shape().n());
        }

        @Override
        public void compute(List<MemorySegment> inputs, List<TensorType> types, MemorySegment result) {
            int n = types.getFirst().shape().n(), size = Math.toIntExact(types.getFirst().shape().size() / n);
            MemorySegment x = inputs.getFirst();
            for (int i = 0; i < n; i++) {
                int best = 0;
                for (int j = 1; j < size; j++)
                    if (element(x, i * size + j) > element(x, i * size + best)) best = j;
                result.setAtIndex(ValueLayout.JAVA_INT, i, best);
            }
        }

        private static float element(MemorySegment x, long i) { return x.getAtIndex(ValueLayout.JAVA_FLOAT, i); }
    }

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Filling f : Filling.values())
            for (Shape s : List.of(Shape.of(1), Shape.of(33, 10), Shape.of(2, 3, 5, 7), Shape.of(16, 6, 4, 4),
                    Shape.of(17, 5, 3, 3), Shape.of(32, 16, 2, 2))) {
                        cases.add(of(new SignedSquare(0.5f), f, in("x", f.numbers(), s)));
                        cases.add(of(new SignedSquareGrad(0.5f), f, in("x", f.numbers(), s), in("dy", f.numbers(), s)));
                        if (s.size() > 1) cases.add(of(new WhereLargest(), f, in("x", f.numbers(), s)).withZeros());
                    }
        for (int n : new int[] {2, 16, 17})
            cases.add(Case.chain("an operation of a user between ours, with gradients", Filling.INTEGERS,
                    List.of(in("x", Values.INTEGERS, n, 3, 5, 5), kept("w", Values.INTEGERS, 4, 3, 1, 1),
                            in("dy", Values.INTEGERS, n, 4, 5, 5)),
                    (g, in) -> {
                        Node y = g.add(new SignedSquare(0.5f), in.get(0).conv2d(in.get(1), Window.of(1, 1, 0)).relu());
                        g.output("y", y.plus(in.get(2)).relu());
                        Node loss = g.add(new Loss.Sum(1), y.times(in.get(2)));
                        List<Node> d = Autodiff.gradients(loss, List.of(in.get(0), in.get(1)));
                        g.output("dx", d.get(0)).output("dw", d.get(1));
                    }).withZeros());
        return cases;
    }

    private static Case of(Custom op, Filling f, Case.Arg... args) {
        return new Case("Custom", op.toString(), List.of(args), f, false, (g, in) -> g.output("y", g.add(op, in)));
    }
}
