package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.gabor.cpu.assemble.NestPlan.Mode;
import org.jspecify.annotations.Nullable;

/**
 * How much of a nest is done at a time, so that what is read again and again stays in the second-level cache: a tile's
 * columns of B, which all tiles of rows read, and the rows of A, which all tiles of columns read.
 */
final class CachePlan {
    /** Bytes that A and B of a chunk of the reduction should take at most, together. */
    private static final long CHUNK = 768 << 10;
    /** Bytes of A that a block of work should read at most. */
    private static final long ROWS = 384 << 10;
    /** Bytes that a tile's columns of B should take in mode {@link Mode#DOT}, in which as much of A comes along all the time. */
    private static final long COLUMNS = 32 << 10;
    /** Products that a sum should have between two visits to C, at least; in mode {@link Mode#DOT} vectors of them. */
    private static final int STEPS = 32;

    private final NestLoops loops;
    private final Tile tile;
    private final List<Walk> columns = new ArrayList<>();
    private final List<Walk> chunks = new ArrayList<>();
    private final List<Walk> reduction;

    CachePlan(NestLoops loops, Tile tile) {
        this.loops = loops;
        this.tile = tile;
        int left = tile.columns().full().size();
        for (Walk w : loops.columns().reversed()) {
            columns.add(new Walk(Math.min(left, w.count()), w.step()));
            left = Math.ceilDiv(left, w.count());
        }
        List<Walk> rows = loops.rows(), oneRow = tile.rows().around().isEmpty() ? List.of() : rows.subList(1, rows.size());
        List<Walk> some = split(loops.reduction(), r -> fits(rows, r));
        if (some == null) some = split(loops.reduction(), r -> fits(oneRow, r));
        this.reduction = some == null ? smallest(loops.reduction()) : some;
    }

    private boolean fits(List<Walk> someRows, List<Walk> terms) {
        long b = Walk.footprint(both(columns, terms), Offsets::b, loops.isa().bytes);
        return footprintA(someRows, terms) + b <= CHUNK && (loops.mode() != Mode.DOT || b <= COLUMNS);
    }

    private long footprintA(List<Walk> someRows, List<Walk> terms) {
        return Walk.footprint(both(someRows, terms), Offsets::a, loops.mode() == Mode.COLUMN ? Float.BYTES : loops.isa().bytes);
    }

    private static List<Walk> both(List<Walk> some, List<Walk> terms) {
        return Stream.concat(some.stream(), terms.stream()).toList();
    }

    /** The largest part of the reduction that fits, the loops around it being the chunks; null if none does. */
    private @Nullable List<Walk> split(List<Walk> terms, Predicate<List<Walk>> fits) {
        chunks.clear();
        List<Walk> left = terms;
        while (!left.isEmpty() && !fits.test(left)) {
            Walk first = left.getFirst();
            List<Walk> inner = left.subList(1, left.size());
            long steps = Walk.turns(inner);
            for (int d = first.count() / 2; d > 1 && d * steps >= STEPS; d--) {
                if (first.count() % d != 0 || inner.isEmpty() && loops.ragged(Mode.DOT)) continue;
                List<Walk> part = part(first, d, inner);
                if (!fits.test(part)) continue;
                chunks.add(new Walk(first.count() / d, first.step().times(d)));
                return part;
            }
            if (steps < STEPS) return null;
            chunks.add(first);
            left = inner;
        }
        return left;
    }

    /** The smallest part that has enough steps. */
    private List<Walk> smallest(List<Walk> terms) {
        List<Walk> left = split(terms, r -> Walk.turns(r) < 2 * STEPS);
        if (left != null) return left;
        chunks.clear();
        return terms;
    }

    private static List<Walk> part(Walk first, int count, List<Walk> inner) {
        var part = new ArrayList<Walk>(List.of(new Walk(count, first.step())));
        part.addAll(inner);
        return part;
    }

    List<Walk> chunks() { return chunks; }

    List<Walk> reduction() { return reduction; }

    /** Parts into which the rows are cut, so that A's part of a chunk fits. */
    int rowParts() {
        int parts = 1;
        long bytes = rowBytes(1);
        while (bytes > ROWS && 2 * parts <= tile.rows().units()) {
            long less = rowBytes(2 * parts);
            if (less > 0.8 * bytes) break;
            bytes = less;
            parts *= 2;
        }
        return parts;
    }

    private long rowBytes(int parts) {
        if (loops.rows().isEmpty()) return 0;
        Walk first = loops.rows().getFirst();
        List<Walk> inner = loops.rows().subList(1, loops.rows().size());
        return footprintA(part(first, Math.ceilDiv(first.count(), parts), inner), reduction);
    }
}
