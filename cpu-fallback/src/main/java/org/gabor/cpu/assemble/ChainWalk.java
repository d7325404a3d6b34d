package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Pointwise.Along;
import org.gabor.cpu.kernel.Pointwise.Draws;
import org.gabor.cpu.kernel.Pointwise.Instruction.Drop;
import org.gabor.cpu.kernel.Pointwise.Operand;

/**
 * The loops of a pointwise kernel, refined until everything that follows them moves by the same step in each turn of a
 * loop: the operands in bytes, and for each dropout the number of the element for which it draws.
 *
 * @param levels the loops, the innermost last, at least one
 */
record ChainWalk(List<Level> levels) {
    /**
     * A loop.
     *
     * @param count turns
     * @param steps what a turn moves each operand by, then each dropout
     */
    record Level(int count, List<Long> steps) {}

    /** The walk of a kernel. */
    static ChainWalk of(Pointwise p) {
        long total = p.run();
        for (int count : p.counts()) total *= count;
        // sizes, in elements, of what the turns of the loops pass over
        var sizes = new TreeSet<Long>();
        long size = p.run();
        sizes.add(1L);
        sizes.add(size);
        for (int i = p.counts().size() - 1; i >= 0; i--) sizes.add(size *= p.counts().get(i));
        for (Operand o : p.operands()) cut(sizes, p.run(), pieces(o.along()));
        List<Drop> drops = drops(p);
        for (Drop d : drops) cut(sizes, total, pieces(d.draws()));

        var levels = new ArrayList<Level>();
        long outer = sizes.pollLast();
        if (outer == 1) levels.add(level(p, drops, 1, 1));
        while (!sizes.isEmpty()) {
            long inner = sizes.pollLast();
            if (outer % inner != 0) throw new IllegalArgumentException("loops that do not divide: " + outer + ", " + inner);
            levels.add(level(p, drops, Math.toIntExact(outer / inner), inner));
            outer = inner;
        }
        return new ChainWalk(List.copyOf(levels));
    }

    /** The draws of a kernel, in order. */
    static List<Drop> drops(Pointwise p) {
        var drops = new ArrayList<Drop>();
        for (Pointwise.Instruction i : p.code()) if (i instanceof Drop d) drops.add(d);
        return drops;
    }

    private static void cut(TreeSet<Long> sizes, long below, List<Long> pieces) {
        for (long piece : pieces) if (piece < below) sizes.add(piece);
    }

    private static Level level(Pointwise p, List<Drop> drops, int count, long inner) {
        var steps = new ArrayList<Long>();
        for (Operand o : p.operands()) steps.add(step(p, o, inner));
        for (Drop d : drops) steps.add(drawn(d.draws(), inner));
        return new Level(count, steps);
    }

    /** What {@code elements} elements move an operand by, where they are all turns of some loops. */
    private static long step(Pointwise p, Operand o, long elements) {
        long size = p.run();
        if (elements < size || p.counts().isEmpty()) return followed(o.along(), elements);
        for (int i = p.counts().size() - 1; i > 0; i--) {
            long outer = size * p.counts().get(i);
            if (elements < outer) return o.strides().get(i) * (elements / size);
            size = outer;
        }
        return o.strides().getFirst() * (elements / size);
    }

    private static List<Long> pieces(Along a) { return List.of((long) a.lanes(), (long) a.period()); }

    private static long followed(Along a, long j) {
        return j / a.period() * a.pixel() + j / a.lanes() % a.channels() * a.channel() + j % a.lanes() * a.lane();
    }

    private static List<Long> pieces(Draws d) {
        long pixel = (long) d.lanes() * d.channels();
        return pixel == 1 ? List.of() : List.of((long) d.lanes(), pixel, d.lanes() * d.image());
    }

    /** The number, in logical order, of the element that the walk comes to after {@code j} others. */
    private static long drawn(Draws d, long j) {
        long at = j / d.lanes(), image = at / d.image() * d.lanes() + j % d.lanes(), element = at % d.image();
        long plane = d.image() / d.channels();
        return image * d.image() + element % d.channels() * plane + element / d.channels();
    }

    /** Elements that a turn of a level passes over. */
    long inner(int level) {
        long size = 1;
        for (int i = level + 1; i < levels.size(); i++) size *= levels.get(i).count;
        return size;
    }

    /** Its innermost loop. */
    Level run() { return levels.getLast(); }
}
