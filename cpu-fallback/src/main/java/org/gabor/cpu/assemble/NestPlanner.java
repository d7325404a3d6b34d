package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.assemble.NestPlan.Mode;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;

/**
 * Decides how a nest is done: which loop goes along vectors, how large a tile is, how much of the reduction is done at a
 * time, and what is one block of work. Nothing depends on the number of threads, so results do not either.
 */
final class NestPlanner {
    /** Multiply-adds that a block of work should have at least: half a microsecond, so that handing it out costs little. */
    private static final long BLOCK = 1 << 17;
    /** Blocks that suffice to keep some threads equally busy. */
    private static final int BLOCKS = 16;
    /** Parts of a sum that suffice to go through their images one by one. */
    private static final int PARTS = 8;
    /** Instructions of a tile's step that are written out before there is a loop around them, about. */
    private static final int UNROLLED = 100;

    private final Isa isa;
    private final Mode mode;
    private final int tail;
    private final List<Walk> outer;
    private final @Nullable Walk lane;
    private final List<Walk> columns;
    private final List<Walk> rows;
    private final List<Walk> reduction;
    /** Images that are summed, a block of work each; null if there are none or too few parts of them. */
    private final @Nullable Walk images;

    /** What may repeat the nest without moving B is a loop of its rows, what does so without moving A one of its columns. */
    NestPlanner(Nest nest, Isa isa) {
        this.isa = isa;
        Bias kind = nest.epilogue().kind();
        List<Walk> around = outer(nest);
        var all = new ArrayList<>(around.subList(0, Math.min(1, around.size())));
        var lines = new ArrayList<Walk>();
        var panels = new ArrayList<Walk>();
        for (Walk w : around.subList(all.size(), around.size()))
            (w.step().b() == 0 ? lines : w.step().a() == 0 ? panels : all).add(w);
        lines.addAll(Walk.of(nest.rows(), kind == Bias.ROW ? Float.BYTES : 0));
        panels.addAll(Walk.of(nest.columns(), kind == Bias.COLUMN ? Float.BYTES : 0));
        rows = Walk.merged(lines);
        var cols = new ArrayList<>(Walk.merged(panels));
        images = images(nest);
        List<Loop> summed = nest.reduction();
        var terms = new ArrayList<>(Walk.of(images == null ? summed : summed.subList(1, summed.size()), 0));

        int along = alongColumns(cols), sum = alongReduction(terms), lanes = alongOuter(all, kind);
        mode = lanes > Math.max(along, sum) ? Mode.LANE : sum > along ? Mode.DOT : Mode.COLUMN;
        if (mode == Mode.COLUMN && along == 0) cols.add(new Walk(1, new Offsets(0, Float.BYTES, Float.BYTES, Float.BYTES)));
        List<Walk> wide = switch (mode) {
            case COLUMN -> cols;
            case DOT -> terms;
            case LANE -> all;
        };
        Walk single = wide.removeLast();
        tail = single.count() % isa.lanes();
        var vectors = new Walk(Math.ceilDiv(single.count(), isa.lanes()), single.step().times(isa.lanes()));
        lane = mode == Mode.LANE ? vectors : null;
        if (mode != Mode.LANE) wide.add(vectors);
        outer = List.copyOf(all);
        columns = List.copyOf(cols);
        reduction = List.copyOf(terms);
    }

    /** The outer loops. Images, the first, are never made one with others. */
    private static List<Walk> outer(Nest nest) {
        var walks = new ArrayList<Walk>();
        for (int i = 0; i < nest.outer().size(); i++) {
            Loop l = nest.outer().get(i);
            long bias = nest.epilogue().kind() == Bias.NONE ? 0 : nest.epilogue().step(i);
            walks.add(new Walk(l.count(), new Offsets(l.a(), l.b(), l.c(), bias)));
        }
        if (walks.isEmpty()) return walks;
        var all = new ArrayList<>(List.of(walks.getFirst()));
        all.addAll(Walk.merged(walks.subList(1, walks.size())));
        return all;
    }

    /** A sum over images can go image by image if enough parts of them keep the threads busy. */
    private static @Nullable Walk images(Nest nest) {
        if (nest.outer().isEmpty() || nest.reduction().size() < 2 || !nest.epilogue().equals(Epilogue.NONE)) return null;
        Loop parts = nest.outer().getFirst(), inPart = nest.reduction().getFirst();
        boolean even = parts.a() == inPart.count() * inPart.a() && parts.b() == inPart.count() * inPart.b();
        return even && parts.count() >= PARTS && inPart.count() > 1
                ? new Walk(inPart.count(), new Offsets(inPart.a(), inPart.b(), 0, 0)) : null;
    }

    private static int alongColumns(List<Walk> columns) {
        if (columns.isEmpty()) return 0;
        Walk w = columns.getLast();
        return w.step().b() == Float.BYTES && w.step().c() == Float.BYTES ? w.count() : 0;
    }

    private static int alongReduction(List<Walk> reduction) {
        if (reduction.isEmpty()) return 0;
        Walk w = reduction.getLast();
        return w.step().a() == Float.BYTES && w.step().b() == Float.BYTES ? w.count() : 0;
    }

    private static int alongOuter(List<Walk> outer, Bias kind) {
        if (outer.size() < 2) return 0;
        Walk w = outer.getLast();
        Offsets o = w.step();
        boolean along = o.a() == Float.BYTES && o.b() == Float.BYTES && o.c() == Float.BYTES;
        return along && (kind == Bias.NONE || o.bias() == Float.BYTES) ? w.count() : 0;
    }

    /** The plan of the nest and its blocks of work. */
    NestAssembly plan(Nest nest) {
        @Nullable
        Activation activation = nest.epilogue().activation();
        int registers = isa.registers - (isa == Isa.AVX2 && tail > 0 ? 1 : 0);
        int scratch = activation == null ? 0 : VectorFunctions.scratch(activation) + (mode == Mode.DOT ? 1 : 0);
        Tile tile = Tile.best(isa, mode, registers, scratch, mode == Mode.COLUMN && tail > 0, rows, columns, Walk.turns(reduction));
        var cache = new CachePlan(isa, mode, tail > 0, rows, columns, reduction, tile);
        Split terms = nest.reduction().isEmpty() ? Split.NOTHING
                : Split.of(cache.reduction(), mode == Mode.DOT && tail > 0, Math.max(1, UNROLLED / tile.sums()));
        List<Walk> all = lane == null ? List.of(new Walk(1, Offsets.NONE)) : List.of(lane);
        Split lanes = Split.of(all, mode == Mode.LANE && tail > 0, 1);

        long work = Walk.turns(rows) * Walk.turns(columns) * Walk.turns(reduction) * lanes.units() * isa.lanes();
        int inTable = Math.min(1, outer.size());
        while (inTable < outer.size() && work * Walk.turns(outer.subList(inTable + 1, outer.size())) >= BLOCK) inTable++;
        var table = new ArrayList<>(outer.subList(0, inTable));
        if (images != null) table.add(1, images);
        List<Walk> inside = outer.subList(inTable, outer.size());
        work *= Walk.turns(inside);

        long wanted = Math.min(Math.ceilDiv(BLOCKS, Walk.turns(table)), Math.max(1, work / BLOCK));
        int rowParts = cache.rowParts(tile.rows().units()), columnParts = 1;
        if (rowParts < wanted) {
            boolean byRows = tile.rows().units() >= tile.columns().units();
            int first = byRows ? tile.rows().units() : tile.columns().units();
            int most = (int) Math.min(wanted, first);
            if (byRows) rowParts = Math.max(rowParts, most);
            else columnParts = most;
            int rest = (int) Math.ceilDiv(wanted, (long) rowParts * columnParts);
            if (byRows) columnParts = Math.min(rest, tile.columns().units());
            else rowParts = Math.min(rowParts * rest, tile.rows().units());
        }
        var plan = new NestPlan(mode, tail, inside, lanes, cache.chunks(), tile.columns(), tile.rows(), terms,
                nest.epilogue().kind(), activation, images != null);
        return new NestAssembly(nest, plan, table, rowParts, columnParts, images == null ? 1 : images.count());
    }
}
