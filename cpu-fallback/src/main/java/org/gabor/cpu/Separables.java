package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Separable;
import org.gabor.cpu.kernel.Separable.Tap;
import org.gabor.graph.Movement;
import org.gabor.graph.Movement.Interpolation;
import org.gabor.graph.Movement.PadReflect;
import org.gabor.graph.Node;

/** Sums of rows and columns: interpolation, reflection, and what means need. A gradient is the transposed sum. */
final class Separables {
    private Separables() {}

    /** y = R x C^T. */
    static void lower(CpuLowering to, List<List<Tap>> rows, List<List<Tap>> columns, Node input, Finish finish) {
        Stored x = to.at(input), y = finish.result();
        to.add(new Separable(rows, columns, new Loop(x.blocks(), x.step('n'), y.step('n')), x.address(), y.address(),
                x.shape().w(), x.shape().c() * x.lanes(), new Loop(1, x.step('h'), y.step('h')), finish.activation()));
    }

    /** dx = R^T dy C. */
    static void transposed(CpuLowering to, List<List<Tap>> rows, List<List<Tap>> columns, Node dy, Finish finish) {
        lower(to, transposed(rows, finish.result().shape().h()), transposed(columns, finish.result().shape().w()), dy, finish);
    }

    private static List<List<Tap>> transposed(List<List<Tap>> taps, int size) {
        List<List<Tap>> transposed = new ArrayList<>();
        for (int i = 0; i < size; i++) transposed.add(new ArrayList<>());
        for (int i = 0; i < taps.size(); i++)
            for (Tap t : taps.get(i)) transposed.get(t.at()).add(new Tap(i, t.weight()));
        return transposed;
    }

    static void resize(CpuLowering to, Movement.Resize op, Node node) {
        Stored x = to.at(node.in(0));
        lower(to, taps(op.interpolation(), x.shape().h(), op.h()), taps(op.interpolation(), x.shape().w(), op.w()), node.in(0),
                Finish.plain(to.at(node)));
    }

    static void resizeGradient(CpuLowering to, Movement.ResizeGrad op, Node node) {
        Stored dy = to.at(node.in(0));
        transposed(to, taps(op.interpolation(), op.h(), dy.shape().h()), taps(op.interpolation(), op.w(), dy.shape().w()),
                node.in(0), Finish.plain(to.at(node)));
    }

    static void reflect(CpuLowering to, PadReflect op, Node node) {
        Stored x = to.at(node.in(0)), y = to.at(node);
        lower(to, mirrored(op.top(), x.shape().h(), y.shape().h()), mirrored(op.left(), x.shape().w(), y.shape().w()),
                node.in(0), Finish.plain(y));
    }

    static void reflectGradient(CpuLowering to, PadReflect op, Node node) {
        Stored dy = to.at(node.in(0)), dx = to.at(node);
        transposed(to, mirrored(op.top(), dx.shape().h(), dy.shape().h()), mirrored(op.left(), dx.shape().w(), dy.shape().w()),
                node.in(0), Finish.plain(dx));
    }

    private static List<List<Tap>> mirrored(int before, int size, int all) {
        return IntStream.range(0, all).map(i -> Math.abs(i - before)).map(i -> i < size ? i : 2 * (size - 1) - i)
                .mapToObj(i -> List.of(new Tap(i, 1))).toList();
    }

    private static List<List<Tap>> taps(Interpolation kind, int from, int into) {
        return IntStream.range(0, into).mapToObj(i -> switch (kind) {
            case NEAREST -> List.of(new Tap((int) ((long) i * from / into), 1));
            case BILINEAR -> {
                double at = Math.max((i + 0.5) * from / into - 0.5, 0);
                int first = (int) at;
                double f = at - first;
                yield f == 0 || first == from - 1 ? List.of(new Tap(first, 1))
                        : List.of(new Tap(first, 1 - f), new Tap(first + 1, f));
            }
        }).toList();
    }
}
