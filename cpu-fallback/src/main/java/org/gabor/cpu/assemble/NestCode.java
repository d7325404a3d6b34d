package org.gabor.cpu.assemble;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.gabor.cpu.assemble.NestTile.Part;
import org.gabor.cpu.assemble.Pointers.Count;
import org.gabor.cpu.assemble.Split.Element;

/** Writes the code of a nest: loops around tiles, with a pointer to each operand that walks along. */
final class NestCode {
    /** The row of arguments: six addresses in the order of {@link Offsets}, then the shares of rows and of columns. */
    private static final Gp ARGUMENTS = Gp.RDI;
    private static final int ROWS = 6;
    private static final int COLUMNS = 9;
    private static final int FIRST_VISIT = 12;

    private final Assembler x;
    private final NestPlan plan;
    private final Pointers pointers;

    NestCode(Assembler x, NestPlan plan) {
        this.x = x;
        this.plan = plan;
        this.pointers = new Pointers(x);
    }

    void write() {
        pointers.load(ARGUMENTS);
        if (plan.tail() > 0) x.first(NestTile.mask(x.isa), plan.tail());
        Split lanes = plan.lanes();
        Count full = (to, register) -> to.move(register, lanes.pieces().count()), one = (to, register) -> to.move(register, 1);
        loops(plan.outer(), () -> pieces(lanes, full, one, lane -> block(lane.getFirst().tail())));
    }

    /** A block of C, with chunks in several passes: zero, the sum of every chunk, the rest. */
    private void block(boolean tail) {
        if (plan.chunks().isEmpty() && !plan.adds()) {
            tiles(tail, EnumSet.of(Part.SUM, Part.FINISH));
            return;
        }
        Runnable zero = () -> tiles(tail, EnumSet.noneOf(Part.class));
        if (plan.adds()) pointers.unlessZero(argument(FIRST_VISIT), zero);
        else zero.run();
        loops(plan.chunks(), () -> tiles(tail, EnumSet.of(Part.RESUME, Part.SUM)));
        if (plan.finishes()) tiles(tail, EnumSet.of(Part.RESUME, Part.FINISH));
    }

    /** Rows are the inner loop: a tile's columns of B are used by all of them. */
    private void tiles(boolean tail, Set<Part> parts) {
        shared(plan.columns(), COLUMNS, columns -> shared(plan.rows(), ROWS,
                rows -> new NestTile(x, plan, pointers, rows, columns, tail).write(parts)));
    }

    /** The block's share of the rows or of the columns, of which three arguments tell. */
    private void shared(Split split, int share, Consumer<List<Element>> body) {
        Runnable pieces = () -> pieces(split, argument(share + 1), argument(share + 2), body);
        List<Walk> around = split.around();
        if (around.isEmpty()) pieces.run();
        else pointers.walk(argument(share), around.getFirst().step(), () -> loops(around.subList(1, around.size()), pieces));
    }

    private void pieces(Split split, Count full, Count last, Consumer<List<Element>> body) {
        Offsets step = split.pieces().step();
        if (split.last().isEmpty() && split.pieces().count() == 1) {
            body.accept(split.full());
            return;
        }
        pointers.keep(step, () -> {
            if (split.pieces().count() > 0) pointers.repeat(full, step, () -> body.accept(split.full()));
            if (!split.last().isEmpty()) pointers.unlessZero(last, () -> body.accept(split.last()));
        });
    }

    private void loops(List<Walk> walks, Runnable body) {
        if (walks.isEmpty()) body.run();
        else pointers.walk(walks.getFirst(), () -> loops(walks.subList(1, walks.size()), body));
    }

    private static Count argument(int i) {
        return (to, register) -> to.load(register, Mem.at(ARGUMENTS, (long) i * Long.BYTES));
    }
}
