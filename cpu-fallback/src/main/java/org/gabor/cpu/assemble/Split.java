package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;

/**
 * Loops cut into pieces that are written out without loops. A piece takes in the innermost loops as a whole and some turns
 * of the next; what is left over is a last, smaller piece.
 *
 * @param around the loops around the pieces, the innermost last
 * @param pieces how many pieces of the full size there are, and how far it is from one to the next
 * @param full what a full piece takes in, relative to its start
 * @param last what the last piece takes in, if it differs from the others; else empty
 */
record Split(List<Walk> around, Walk pieces, List<Element> full, List<Element> last) {
    /** No turn at all. */
    static final Split NOTHING = new Split(List.of(), new Walk(1, Offsets.NONE), List.of(), List.of());

    /**
     * One turn.
     *
     * @param at where it is
     * @param tail true if it is an incomplete vector
     */
    record Element(Offsets at, boolean tail) {}

    /**
     * Cuts loops into even pieces of at most {@code most} turns, at least one.
     *
     * @param tail true if the last turn of the innermost loop is an incomplete vector
     */
    static Split of(List<Walk> loops, boolean tail, int most) {
        List<Element> inside = List.of(new Element(Offsets.NONE, false));
        int depth = loops.size();
        boolean ragged = tail;
        while (depth > 0 && (long) loops.get(depth - 1).count() * inside.size() <= most) {
            Walk whole = loops.get(--depth);
            inside = turns(whole, 0, whole.count(), inside, ragged);
            ragged = false;
        }
        if (depth == 0) return new Split(List.of(), new Walk(1, Offsets.NONE), inside, List.of());

        Walk cut = loops.get(depth - 1);
        int size = Math.ceilDiv(cut.count(), Math.ceilDiv(cut.count(), Math.max(1, most / inside.size())));
        int pieces = cut.count() / size;
        if (ragged && cut.count() % size == 0) pieces--;
        int rest = cut.count() - pieces * size;
        List<Element> full = turns(cut, 0, size, inside, false);
        List<Element> last = turns(cut, 0, rest, inside, ragged);
        return new Split(List.copyOf(loops.subList(0, depth - 1)), new Walk(pieces, cut.step().times(size)), full, last);
    }

    private static List<Element> turns(Walk walk, int from, int to, List<Element> inside, boolean ragged) {
        var all = new ArrayList<Element>();
        for (int i = from; i < to; i++)
            for (Element e : inside) all.add(new Element(walk.step().times(i).plus(e.at), e.tail || ragged && i == to - 1));
        return List.copyOf(all);
    }

    /** What can be shared out: turns of the outermost loop, or pieces where there is no loop around them. */
    int units() { return around.isEmpty() ? pieces.count() + (last.isEmpty() ? 0 : 1) : around.getFirst().count(); }

    /** How far it is to a unit. */
    Offsets unit(int i) { return (around.isEmpty() ? pieces : around.getFirst()).step().times(i); }

    /** What some of the units are made of. */
    Share share(int from, int to) {
        if (!around.isEmpty()) return new Share(to - from, pieces.count(), last.isEmpty() ? 0 : 1);
        int full = Math.min(to, pieces.count()) - Math.min(from, pieces.count());
        return new Share(1, full, to - from - full);
    }

    /**
     * Part of the pieces, as numbers that the code takes from its row of arguments.
     *
     * @param turns of the outermost loop around
     * @param pieces of the full size, in every turn of the loops around
     * @param last 1 if the last piece comes after them, else 0
     */
    record Share(int turns, int pieces, int last) {}
}
