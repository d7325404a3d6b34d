package org.gabor.tests;

import static org.gabor.tests.Args.in;
import static org.gabor.tests.Args.kept;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Product.MatMul;

/** Matrix products, each operand as it is and transposed. */
final class ProductCases {
    private ProductCases() {}

    /** Rows, columns and inner dimension of a product. */
    private record Sizes(int rows, int columns, int inner) {}

    private static final List<Sizes> SIZES = List.of(new Sizes(1, 1, 1), new Sizes(1, 3, 7), new Sizes(5, 4, 1),
            new Sizes(3, 1, 5), new Sizes(17, 9, 33), new Sizes(33, 10, 84), new Sizes(16, 64, 64),
            new Sizes(64, 120, 400), new Sizes(3, 2, 9001), new Sizes(2, 1200, 3), new Sizes(70, 5, 6));

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        for (Sizes s : SIZES)
            for (boolean ta : new boolean[] {false, true})
                for (boolean tb : new boolean[] {false, true})
                    for (Filling f : Filling.values()) {
                        Case.Arg a = ta ? in("a", f, s.inner, s.rows) : in("a", f, s.rows, s.inner);
                        Case.Arg b = tb ? kept("b", f.numbers(), s.columns, s.inner)
                                : kept("b", f.numbers(), s.inner, s.columns);
                        cases.add(Case.of(new MatMul(ta, tb), f, a, b));
                    }
        return cases;
    }
}
