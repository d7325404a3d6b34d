package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.assemble.NestPlan.Mode;
import org.gabor.cpu.kernel.Nest;
import org.gabor.graph.Activation;
import org.jspecify.annotations.Nullable;

/**
 * Decides how a nest is done: which loop goes along vectors ({@link NestLoops}), how large a tile is ({@link Tile}), how
 * much of the reduction is done at a time ({@link CachePlan}), and what is one block of work. Nothing depends on the number
 * of threads, so results do not either.
 */
final class NestPlanner {
    /** Multiply-adds that a block of work should have at least: half a microsecond, so that handing it out costs little. */
    private static final long BLOCK = 1 << 17;
    /** Blocks that suffice to keep some threads equally busy. */
    private static final int BLOCKS = 16;
    /** Multiply-adds that are written out before there is a loop around them, about. */
    private static final int UNROLLED = 100;

    /** Registers that an addend and a gate need when the sums are done: what is read, and zero. */
    private static final int GATE = 2;

    private NestPlanner() {}

    static NestAssembly plan(Nest nest, Isa isa) {
        NestLoops loops = NestLoops.of(nest, isa);
        @Nullable
        Activation activation = nest.epilogue().activation();
        boolean addend = nest.epilogue().addend() != null, gate = nest.epilogue().gate() != null;
        int scratch = activation == null ? 0 : VectorFunctions.scratch(activation);
        Tile tile = Tile.best(loops, addend || gate ? Math.max(scratch, GATE) : scratch);
        var cache = new CachePlan(loops, tile);
        Split reduction = nest.reduction().isEmpty() ? Split.NOTHING
                : Split.of(cache.reduction(), loops.ragged(Mode.DOT), Math.max(1, UNROLLED / tile.sums()));
        Split lanes = Split.of(List.of(loops.lanes()), loops.ragged(Mode.LANE), 1);

        List<Walk> outer = loops.outer();
        long work = Walk.turns(loops.rows()) * Walk.turns(loops.columns()) * Walk.turns(loops.reduction())
                * loops.lanes().count() * isa.lanes();
        int inTable = Math.min(1, outer.size());
        while (inTable < outer.size() && work * Walk.turns(outer.subList(inTable + 1, outer.size())) >= BLOCK) inTable++;
        var table = new ArrayList<>(outer.subList(0, inTable));
        Walk images = loops.images();
        if (images != null) table.add(1, images);
        List<Walk> inside = outer.subList(inTable, outer.size());
        work *= Walk.turns(inside);

        var plan = new NestPlan(loops.mode(), loops.tail(), inside, lanes, cache.chunks(), tile.columns(), tile.rows(),
                reduction, nest.epilogue().kind(), activation, addend, gate, images != null);
        long wanted = Math.min(Math.ceilDiv(BLOCKS, Walk.turns(table)), Math.max(1, work / BLOCK));
        return shared(nest, plan, table, images == null ? 1 : images.count(), cache.rowParts(), wanted);
    }

    /** The nest with its rows and columns shared out to blocks: the larger of them first, until there are as many as wanted. */
    private static NestAssembly shared(Nest nest, NestPlan plan, List<Walk> table, int images, int atLeast,
            long wanted) {
        int rows = plan.rows().units(), columns = plan.columns().units();
        long rowParts = atLeast, columnParts = 1;
        if (rows >= columns) {
            rowParts = Math.clamp(wanted, atLeast, Math.max(atLeast, rows));
            columnParts = Math.min(Math.ceilDiv(wanted, rowParts), columns);
        } else if (atLeast < wanted) {
            columnParts = Math.min(wanted, columns);
            rowParts = Math.clamp(atLeast * Math.ceilDiv(wanted, atLeast * columnParts), atLeast, Math.max(atLeast, rows));
        }
        return new NestAssembly(nest, plan, table, (int) rowParts, (int) columnParts, images);
    }
}
