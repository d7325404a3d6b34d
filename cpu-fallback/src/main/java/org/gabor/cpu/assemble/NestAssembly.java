package org.gabor.cpu.assemble;

import java.util.List;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.jspecify.annotations.Nullable;

/**
 * A nest in machine code.
 *
 * @param nest what is computed
 * @param plan how a block of work is done
 * @param table outer loops, a turn of which is one block of work or several
 * @param rowParts blocks into which the rows of a turn are shared out
 * @param columnParts blocks into which the columns of a turn are shared out
 * @param images images that are summed one after the other, the second of the outer loops; 1 if none are
 */
record NestAssembly(Nest nest, NestPlan plan, List<Walk> table, int rowParts, int columnParts, int images)
        implements Assembly {
    NestAssembly {
        table = List.copyOf(table);
    }

    static NestAssembly of(Nest nest, Isa isa) { return NestPlanner.plan(nest, isa); }

    @Override
    public Object form() { return plan; }

    @Override
    public void assemble(Assembler x) { new NestCode(x, plan).write(); }

    @Override
    public long[][] rows() {
        int turns = Math.toIntExact(Walk.turns(table)), parts = rowParts * columnParts;
        int anImage = plan.adds() ? Math.toIntExact(Walk.turns(table.subList(2, table.size()))) * parts : turns * parts;
        var rows = new long[Math.multiplyExact(turns, parts)][];
        for (int i = 0; i < rows.length; i++) {
            int part = i % parts, row = part % rowParts, column = part / rowParts;
            rows[i] = arguments(Walk.at(table, i / parts), row, column, i / anImage % images == 0);
        }
        return rows;
    }

    private long[] arguments(Offsets turn, int row, int column, boolean first) {
        int rowUnits = plan.rows().units(), columnUnits = plan.columns().units();
        int firstRow = first(rowUnits, row, rowParts), firstColumn = first(columnUnits, column, columnParts);
        Offsets at = turn.plus(plan.rows().unit(firstRow)).plus(plan.columns().unit(firstColumn));
        Split.Share rows = plan.rows().share(firstRow, first(rowUnits, row + 1, rowParts));
        Split.Share columns = plan.columns().share(firstColumn, first(columnUnits, column + 1, columnParts));
        return new long[] {nest.a() + at.a(), nest.b() + at.b(), nest.c() + at.c(), nest.epilogue().bias() + at.bias(),
                address(nest.epilogue().addend()) + at.addend(), address(nest.epilogue().gate()) + at.gate(),
                rows.turns(), rows.pieces(), rows.last(), columns.turns(), columns.pieces(), columns.last(), first ? 1 : 0};
    }

    private static long address(@Nullable Beside x) { return x == null ? 0 : x.address(); }

    private static int first(int units, int part, int parts) { return (int) ((long) units * part / parts); }

    @Override
    public int images() { return parts() * images; }

    @Override
    public int parts() { return nest.outer().isEmpty() ? 0 : nest.outer().getFirst().count(); }
}
