package org.gabor.tests;

import static org.gabor.tests.Args.in;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.gabor.graph.DType;
import org.gabor.graph.Layout;
import org.gabor.graph.Leaf;
import org.gabor.graph.Movement.Concat;
import org.gabor.graph.Movement.Convert;
import org.gabor.graph.Movement.Interpolation;
import org.gabor.graph.Movement.Pad;
import org.gabor.graph.Movement.PadReflect;
import org.gabor.graph.Movement.PadReflectGrad;
import org.gabor.graph.Movement.Reshape;
import org.gabor.graph.Movement.Resize;
import org.gabor.graph.Movement.ResizeGrad;
import org.gabor.graph.Movement.Slice;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/** Moves of elements: exact, so whole numbers say everything but of sums and of shares. */
final class MovementCases {
    private static final Filling WHOLE = Filling.INTEGERS;

    private MovementCases() {}

    static List<Case> all() {
        var cases = new ArrayList<Case>();
        reshapes(cases);
        slices(cases);
        pads(cases);
        converts(cases);
        concats(cases);
        mirrors(cases);
        resizes(cases);
        for (Shape s : List.of(Shape.of(1), Shape.of(33, 10), Shape.of(16, 3, 5, 5)))
            cases.add(Case.of(new Leaf.Fill(new TensorType(s, DType.F32), -2.5), WHOLE));
        return cases;
    }

    private static void reshapes(List<Case> cases) {
        cases.add(Case.of(new Reshape(Shape.of(6, 35)), WHOLE, in("x", WHOLE, 2, 3, 5, 7)));
        cases.add(Case.of(new Reshape(Shape.of(16, 54)), WHOLE, in("x", WHOLE, 16, 6, 3, 3)));
        cases.add(Case.of(new Reshape(Shape.of(2, 3, 5, 7)), WHOLE, in("x", WHOLE, 2, 105)));
        cases.add(Case.of(new Reshape(Shape.of(1)), WHOLE, in("x", WHOLE, 1, 1)));
    }

    private static void slices(List<Case> cases) {
        cases.add(slice(ints(1), ints(5), ints(1), 7));
        cases.add(slice(ints(1, 0), ints(2, 17), ints(1, 1), 2, 17));
        cases.add(slice(ints(0, 1), ints(5, 10), ints(2, 3), 5, 10));
        cases.add(slice(ints(0, 0, 0, 0), ints(2, 3, 5, 7), ints(1, 1, 1, 1), 2, 3, 5, 7));
        cases.add(slice(ints(0, 0, 1, 2), ints(2, 3, 5, 6), ints(1, 1, 1, 1), 2, 3, 5, 7));
        cases.add(slice(ints(0, 0, 0, 0), ints(16, 16, 8, 8), ints(1, 1, 2, 2), 16, 16, 8, 8));
        cases.add(slice(ints(3, 1, 0, 1), ints(17, 6, 7, 7), ints(4, 2, 3, 2), 17, 6, 7, 7));
        cases.add(slice(ints(16, 0, 0, 0), ints(33, 1, 3, 3), ints(1, 1, 1, 1), 33, 1, 3, 3));
        cases.add(slice(ints(31, 5, 2, 2), ints(32, 6, 3, 3), ints(1, 1, 1, 1), 32, 6, 3, 3));
    }

    private static void pads(List<Case> cases) {
        cases.add(pad(ints(1), ints(2), ints(0), 5));
        cases.add(pad(ints(1, 0), ints(0, 0), ints(0, 0), 1, 17));
        cases.add(pad(ints(0, 1), ints(2, 0), ints(1, 2), 5, 10));
        cases.add(pad(ints(0, 0, 1, 2), ints(0, 0, 3, 0), ints(0, 0, 0, 0), 2, 3, 5, 7));
        cases.add(pad(ints(0, 8, 0, 0), ints(0, 8, 0, 0), ints(0, 0, 0, 0), 16, 16, 4, 4));
        cases.add(pad(ints(0, 0, 1, 1), ints(0, 0, 1, 1), ints(0, 0, 0, 0), 16, 3, 6, 6));
        cases.add(pad(ints(1, 0, 0, 0), ints(2, 1, 1, 0), ints(0, 1, 1, 2), 17, 3, 4, 5));
        cases.add(pad(ints(0, 0, 0, 0), ints(0, 0, 0, 0), ints(0, 0, 0, 0), 2, 3, 4, 5));
        cases.add(pad(ints(15, 0, 0, 0), ints(0, 0, 0, 0), ints(0, 0, 0, 0), 1, 6, 3, 3));
        cases.add(pad(ints(0, 0, 0, 0), ints(0, 0, 1, 1), ints(0, 0, 1, 1), 32, 6, 4, 4));
    }

    /** From the logical order into each layout and back; what comes back must be what went in. */
    private static void converts(List<Case> cases) {
        int[][] shapes = {{1, 1, 1, 1}, {2, 3, 5, 7}, {16, 6, 9, 9}, {17, 16, 3, 3}, {32, 17, 4, 4}, {33, 64, 2, 3}};
        List<Layout> layouts = List.of(Layout.NHWC, Layout.NHWC16N, new Layout("hwcn", ' ', 1, 0),
                new Layout("nchw", 'c', 8, 0), new Layout("nchw", ' ', 1, 0), new Layout("nchw", 'n', 16, 0));
        for (int[] s : shapes)
            for (Layout l : layouts)
                cases.add(new Case("Convert", "Convert to " + l + " and back", List.of(in("x", WHOLE, s)), WHOLE, false,
                        (g, in) -> g.output("y", g.add(new Convert(Layout.LOGICAL),
                                g.add(new Convert(l), in.getFirst())))));
    }

    /** One to four values one behind the other on every axis, channels in numbers that fill no block. */
    private static void concats(List<Case> cases) {
        int[][] shapes = {{2, 3, 5, 4}, {16, 5, 3, 3}, {17, 6, 2, 3}, {32, 1, 4, 4}, {3, 16, 2, 2}, {7, 5}, {33, 10}, {9}};
        int[] sizes = {3, 1, 17, 6};
        for (int[] s : shapes)
            for (int axis = 0; axis < s.length; axis++)
                for (int count = 1; count <= 4; count++) {
                    if (count == 1 && axis != 1) continue;
                    var args = new ArrayList<Case.Arg>();
                    for (int i = 0; i < count; i++) {
                        int[] dims = s.clone();
                        if (i > 0) dims[axis] = sizes[i];
                        args.add(in("x" + i, WHOLE, dims));
                    }
                    cases.add(Case.of(new Concat(axis), WHOLE, args.toArray(new Case.Arg[0])));
                }
    }

    private static void mirrors(List<Case> cases) {
        int[][] shapes = {{1, 1, 2, 3}, {2, 3, 5, 7}, {16, 6, 4, 4}, {17, 5, 3, 4}, {32, 17, 4, 3}};
        int[][] borders = {{1, 1, 1, 1}, {0, 2, 1, 0}, {2, 0, 0, 2}, {0, 0, 0, 1}};
        for (int[] s : shapes)
            for (int[] b : borders) {
                if (Math.max(b[0], b[2]) >= s[2] || Math.max(b[1], b[3]) >= s[3]) continue;
                var mirror = new PadReflect(b[0], b[1], b[2], b[3]);
                cases.add(Case.of(mirror, WHOLE, in("x", WHOLE, s)));
                for (Filling f : Filling.values())
                    cases.add(Case.of(new PadReflectGrad(mirror), f,
                            in("dy", f, s[0], s[1], s[2] + b[0] + b[2], s[3] + b[1] + b[3])).withZeros());
            }
    }

    /** Larger, smaller, by whole factors and by odd ones. */
    private static void resizes(List<Case> cases) {
        int[][] shapes = {{1, 1, 1, 1}, {2, 3, 4, 5}, {16, 6, 4, 4}, {17, 5, 3, 6}, {32, 17, 4, 2}};
        int[][] sizes = {{8, 10}, {7, 9}, {3, 2}, {4, 4}, {1, 1}, {2, 16}};
        for (int[] s : shapes)
            for (int[] size : sizes)
                for (Interpolation how : Interpolation.values())
                    for (Filling f : Filling.values()) {
                        // shares are quarters and eighths only where sizes are powers of two
                        boolean powers = Stream.of(s[2], s[3], size[0], size[1]).allMatch(d -> Integer.bitCount(d) == 1);
                        if (f.exact() && how == Interpolation.BILINEAR && !powers) continue;
                        if (!f.exact() && how == Interpolation.NEAREST && size[0] > s[2]) continue;
                        cases.add(Case.of(new Resize(how, size[0], size[1]), f, in("x", f, s)).withZeros());
                        // positive, so that few sums are 0
                        Values dy = f.exact() ? Values.below(5).affine(1, 1) : f.numbers();
                        cases.add(Case.of(new ResizeGrad(how, s[2], s[3]), f, in("dy", dy, s[0], s[1], size[0], size[1]))
                                .withZeros());
                    }
    }

    private static Case slice(int[] start, int[] end, int[] stride, int... dims) {
        return Case.of(Slice.of(start, end, stride), WHOLE, in("x", WHOLE, dims));
    }

    private static Case pad(int[] low, int[] high, int[] gap, int... dims) {
        return Case.of(new Pad(boxed(low), boxed(high), boxed(gap)), WHOLE, in("x", WHOLE, dims)).withZeros();
    }

    private static List<Integer> boxed(int[] a) { return Arrays.stream(a).boxed().toList(); }

    private static int[] ints(int... a) { return a; }
}
