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

    /** Registers that a gate needs: what it has for a sum, and zero. */
    private static final int GATE = 2;

    private NestPlanner() {}

    static NestAssembly plan(Nest nest, Isa isa) {
        NestLoops loops = NestLoops.of(nest, isa);
        @Nullable
        Activation activation = nest.epilogue().activation();
        boolean addend = nest.epilogue().addend() != null, gate = nest.epilogue().gate() != null;
        int scratch = activation == null ? 0 : VectorFunctions.scratch(activation);
        Tile tile = Tile.best(loops, gate ? Math.max(scratch, GATE) : scratch);
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
        if (loops.images().count() > 1) table.add(1, loops.images());
        List<Walk> inside = outer.subList(inTable, outer.size());
        work *= Walk.turns(inside);

        var plan = new NestPlan(loops.mode(), loops.tail(), inside, lanes, cache.chunks(), tile.columns(), tile.rows(),
                reduction, nest.epilogue().kind(), activation, addend, gate, loops.images().count() > 1);
        long wanted = Math.min(Math.ceilDiv(BLOCKS, Walk.turns(table)), Math.max(1, work / BLOCK));
        return shared(new NestAssembly(nest, plan, table, cache.rowParts(), 1, loops.images().count()), wanted);
    }

    /** Shares out rows and columns to blocks of work, the larger of the two first, until there are as many as wanted. */
    private static NestAssembly shared(NestAssembly all, long wanted) {
        int rows = all.plan().rows().units(), columns = all.plan().columns().units(), atLeast = all.rowParts();
        long rowParts = atLeast, columnParts = 1;
        if (rows >= columns) {
            rowParts = Math.clamp(wanted, atLeast, rows);
            columnParts = Math.min(Math.ceilDiv(wanted, rowParts), columns);
        } else if (atLeast < wanted) {
            columnParts = Math.min(wanted, columns);
            rowParts = Math.clamp(Math.ceilDiv(wanted, columnParts), atLeast, rows);
        }
        return all.shared((int) rowParts, (int) columnParts);
    }
}
