package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Sums;
import org.gabor.cpu.kernel.Sums.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Sums of units that are adjacent, as vectors of doubles, some vectors of units at a time. Where units are few, some turns
 * of the innermost summed loop have vectors of their own, which are added up at the end.
 */
final class SumsAssembly implements Assembly {
    /** Loops around the sums that every function has at least. */
    private static final int LEVELS = 3;
    /** Blocks of work that are enough for the threads that there are. */
    private static final int ENOUGH = 16;
    /** Turns whose vectors are told apart by offsets in instructions must not lie further apart. */
    private static final long NEAR = 1 << 26;
    private static final int X = 0, DY = 1, FIRST = 2, SECOND = 3, GROUPS = 4, REST = 5, LOOPS = 6;

    private final Sums sums;
    private final Isa isa;
    private final Loop unit;
    private final List<Loop> outerUnits;
    private final List<Loop> summed;
    private final Form form;

    /**
     * What the code depends on.
     *
     * @param units adjacent units
     * @param copies turns of the innermost summed loop that are done at once
     * @param turn steps from one of them to the next
     * @param levels summed loops
     */
    private record Form(Kind kind, int units, int copies, Loop turn, int levels) {}

    /** The masks of an incomplete vector; one of doubles has two words an element. */
    private record Tail(Mask floats, Mask doubles) {}

    private SumsAssembly(Sums sums, Isa isa) {
        this.sums = sums;
        this.isa = isa;
        this.unit = sums.units().getLast();
        this.outerUnits = sums.units().subList(0, sums.units().size() - 1);
        var loops = new ArrayList<>(sums.summed());
        Loop turn = new Loop(1, 0, 0);
        int vectors = Math.ceilDiv(unit.count(), half());
        if (vectors < vectors() && !loops.isEmpty() && near(loops.getLast())) {
            Loop last = loops.removeLast();
            int copies = Loop.largestDivisor(last.count(), vectors() / vectors);
            turn = new Loop(copies, last.a(), last.b());
            loops.add(new Loop(last.count() / copies, copies * last.a(), copies * last.b()));
        }
        this.summed = List.copyOf(loops);
        this.form = new Form(sums.kind(), unit.count(), turn.count(), new Loop(0, turn.a(), turn.b()),
                Math.max(LEVELS, summed.size()));
    }

    /** The sums in machine code; runs of one unit each where units are not adjacent. */
    static Assembly of(Sums sums, Isa isa) {
        boolean adjacent = !sums.units().isEmpty() && sums.units().getLast().a() == Float.BYTES
                && (sums.kind() != Kind.GRADIENT || sums.units().getLast().b() == Float.BYTES);
        return adjacent ? new SumsAssembly(sums, isa) : new RunSumsAssembly(sums, isa);
    }

    private static boolean near(Loop l) { return Math.abs(l.a()) < NEAR && Math.abs(l.b()) < NEAR; }

    /** Doubles of a vector. */
    private int half() { return isa.lanes() / 2; }

    /** Vectors of a group: as many as there are registers for two sums each. */
    private int vectors() { return isa.registers / 4; }

    @Override
    public Object form() { return form; }

    @Override
    public void assemble(Assembler x) {
        int lanes = half(), most = vectors(), rest = Math.ceilDiv(form.units % (most * lanes), lanes), tail = form.units % lanes;
        var masks = new Tail(new Mask(1, isa.registers - 1), new Mask(2, isa.registers - 2));
        if (tail > 0) {
            x.first(masks.floats, tail);
            x.first(masks.doubles, 2 * tail);
        }
        x.load(Gp.RSI, Levels.argument(X));
        x.load(Gp.RDX, Levels.argument(DY));
        x.load(Gp.R10, Levels.argument(FIRST));
        x.load(Gp.R11, Levels.argument(SECOND));
        x.load(Gp.R12, Levels.argument(GROUPS));
        if (form.units >= most * lanes) x.unlessZero(Gp.R12, () -> x.loop(Gp.R12, () -> {
            group(x, most, null);
            x.add(Gp.RSI, (long) most * isa.bytes / 2);
            x.add(Gp.RDX, (long) most * isa.bytes / 2);
            x.add(Gp.R10, (long) most * isa.bytes);
            x.add(Gp.R11, (long) most * isa.bytes);
        }));
        if (rest == 0) return;
        x.load(Gp.R12, Levels.argument(REST));
        x.unlessZero(Gp.R12, () -> group(x, rest, tail > 0 ? masks : null));
    }

    private void group(Assembler x, int vectors, @Nullable Tail tail) {
        int sums = vectors * form.copies, bytes = isa.bytes / 2;
        var add = new Accumulator(x, form.kind, sums);
        add.clear();
        x.push(Gp.RSI);
        x.push(Gp.RDX);
        Levels.around(x, LOOPS, form.levels, () -> {
            for (int c = 0; c < form.copies; c++)
                for (int v = 0; v < vectors; v++) {
                    Mem xs = Mem.at(Gp.RSI, c * form.turn.a() + (long) v * bytes);
                    Mem dys = Mem.at(Gp.RDX, c * form.turn.b() + (long) v * bytes);
                    if (tail != null && v == vectors - 1) add.masked(c * vectors + v, tail.floats, xs, dys);
                    else add.vector(c * vectors + v, xs, dys);
                }
        });
        x.pop(Gp.RDX);
        x.pop(Gp.RSI);
        for (int i = vectors; i < sums; i++) add.merge(i % vectors, i);
        for (int row = 0; row < form.kind.rows; row++)
            for (int v = 0; v < vectors; v++) {
                Mem to = Mem.at(row == 0 ? Gp.R10 : Gp.R11, (long) v * isa.bytes);
                if (tail != null && v == vectors - 1) x.storeMasked(to, tail.doubles, row * sums + v);
                else x.store(to, row * sums + v);
            }
    }

    @Override
    public long[][] rows() {
        int group = vectors() * half(), groups = unit.count() / group, units = Loop.turns(sums.units());
        int parts = Loop.turns(sums.parts()), outer = Loop.turns(outerUnits);
        int chunk = Math.max(1, groups / Math.max(1, Math.ceilDiv(ENOUGH, parts * outer)));
        var rows = new ArrayList<long[]>();
        for (int p = 0; p < parts; p++)
            for (int o = 0; o < outer; o++)
                for (int first = 0; first == 0 || first < groups; first += chunk) {
                    var row = new long[LOOPS + Levels.words(form.levels)];
                    int end = Math.min(groups, first + chunk);
                    long skipped = (long) first * group * Float.BYTES;
                    row[X] = sums.x() + Levels.moved(sums.parts(), p, Loop::a) + Levels.moved(outerUnits, o, Loop::a) + skipped;
                    row[DY] = sums.dy() + Levels.moved(sums.parts(), p, Loop::b) + Levels.moved(outerUnits, o, Loop::b) + skipped;
                    long at = (long) p * sums.kind().rows * units + (long) o * unit.count() + (long) first * group;
                    row[FIRST] = sums.result() + Double.BYTES * at;
                    row[SECOND] = row[FIRST] + (long) Double.BYTES * units;
                    row[GROUPS] = (long) end - first;
                    row[REST] = end == groups ? 1 : 0;
                    Levels.store(row, LOOPS, form.levels, summed);
                    rows.add(row);
                }
        return rows.toArray(long[][]::new);
    }

    @Override
    public int images() { return sums.parts().isEmpty() ? 0 : sums.parts().getFirst().count(); }
}
