package org.gabor.tests;

import static org.gabor.tests.Args.in;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gabor.graph.Sampling;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/** Which samples a step takes, and their copies. */
final class SamplingCases {
    private SamplingCases() {}

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        double[][] keys = {{0, 0, 0, 1}, {17, -4, 3, 2}, {-1, 123456789, 1000003, 77}};
        int[][] sizes = {{3, 3, 1}, {7, 2, 3}, {100, 10, 10}, {129, 16, 8}, {256, 256, 1}, {1000, 64, 15}, {70000, 50, 1400}};
        for (int[] s : sizes) for (double[] key : keys) cases.add(order(s[0], s[1], s[2], key));
        for (Filling f : Filling.values())
            for (Shape s : List.of(Shape.of(1), Shape.of(50), Shape.of(7, 3), Shape.of(100, 1, 28, 28), Shape.of(5, 3, 97, 103)))
                for (int m : new int[] {1, 2, 65}) cases.add(gather(in("x", f.numbers().affine(1, 4), s), f, m));
        for (int m : new int[] {1, 16, 33})
            cases.add(gather(new Case.Arg("x", TensorType.u8(40, 3, 5, 7), false, Values.below(256)), Filling.INTEGERS, m));
        cases.add(gather(new Case.Arg("x", TensorType.i32(40), false, Values.below(10)), Filling.INTEGERS, 64));
        return cases;
    }

    private static Case order(int samples, int batch, int steps, double[] key) {
        return Case.of(new Sampling.Order(samples, batch, steps), Filling.INTEGERS,
                new Case.Arg("seed", TensorType.i32(2), false, Values.cycle(key[0], key[1])),
                new Case.Arg("step", TensorType.i32(1), false, Values.all(key[2])),
                new Case.Arg("epoch", TensorType.i32(1), false, Values.all(key[3])))
                .withZeros().named("with the key " + Arrays.toString(key));
    }

    private static Case gather(Case.Arg x, Filling f, int m) {
        return Case.of(new Sampling.Gather(), f, x,
                new Case.Arg("indices", TensorType.i32(m), false, Values.below(x.type().shape().dim(0)))).withZeros();
    }
}
