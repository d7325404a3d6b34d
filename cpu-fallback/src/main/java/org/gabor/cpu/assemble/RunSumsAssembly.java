package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Sums;
import org.gabor.cpu.kernel.Sums.Kind;

/**
 * Sums of units one by one: runs of what is summed as vectors of doubles, whose elements are added at the end. Counts and
 * steps are arguments, so that there is one function a kind.
 */
final class RunSumsAssembly implements Assembly {
    /** Loops around the runs that every function has at least. */
    private static final int LEVELS = 3;
    /** Blocks of work that are enough for the threads that there are. */
    private static final int ENOUGH = 16;
    /** Vectors of a group. */
    private static final int VECTORS = 4;
    private static final int X = 0, DY = 1, FIRST = 2, SECOND = 3, UNITS = 4, STEP_X = 5, STEP_DY = 6, GROUPS = 7, REST = 8,
            LOOPS = 9;

    private final Sums sums;
    private final Loop unit;
    private final List<Loop> outerUnits;
    private final List<Loop> around;
    private final int run;
    private final int group;
    private final Form form;

    private record Form(Kind kind, int levels) {}

    RunSumsAssembly(Sums sums, Isa isa) {
        this.sums = sums;
        List<Loop> units = sums.units();
        this.unit = units.isEmpty() ? new Loop(1, 0, 0) : units.getLast();
        this.outerUnits = units.isEmpty() ? List.of() : units.subList(0, units.size() - 1);
        List<Loop> summed = sums.summed();
        boolean contiguous = !summed.isEmpty() && summed.getLast().a() == Float.BYTES
                && (sums.kind() != Kind.GRADIENT || summed.getLast().b() == Float.BYTES);
        this.run = contiguous ? summed.getLast().count() : 1;
        this.around = contiguous ? summed.subList(0, summed.size() - 1) : summed;
        this.group = VECTORS * isa.lanes() / 2;
        this.form = new Form(sums.kind(), Math.max(LEVELS, around.size()));
    }

    @Override
    public Object form() { return form; }

    @Override
    public void assemble(Assembler x) {
        x.load(Gp.RSI, Levels.argument(X));
        x.load(Gp.RDX, Levels.argument(DY));
        x.load(Gp.R10, Levels.argument(FIRST));
        x.load(Gp.R11, Levels.argument(SECOND));
        x.load(Gp.R12, Levels.argument(UNITS));
        var add = new Accumulator(x, form.kind, VECTORS);
        x.loop(Gp.R12, () -> {
            add.clear();
            x.push(Gp.RSI);
            x.push(Gp.RDX);
            Levels.around(x, LOOPS, form.levels, () -> run(x, add));
            x.pop(Gp.RDX);
            x.pop(Gp.RSI);
            for (int i = 1; i < VECTORS; i++) add.merge(0, i);
            for (int row = 0; row < form.kind.rows; row++) {
                int sum = row * VECTORS;
                x.sumDoubles(sum, sum, sum + 1);
                x.op(Vector.VMOVSD_STORE, sum, Mem.at(row == 0 ? Gp.R10 : Gp.R11));
            }
            x.add(Gp.R10, Double.BYTES);
            x.add(Gp.R11, Double.BYTES);
            x.add(Gp.RSI, Levels.argument(STEP_X));
            x.add(Gp.RDX, Levels.argument(STEP_DY));
        });
    }

    private static void run(Assembler x, Accumulator add) {
        int half = x.isa.bytes / 2;
        Mem xs = Mem.at(Gp.RSI, Gp.RAX, 1, 0), dys = Mem.at(Gp.RDX, Gp.RAX, 1, 0);
        x.xor(Gp.RAX, Gp.RAX);
        x.load(Gp.RBX, Levels.argument(GROUPS));
        x.unlessZero(Gp.RBX, () -> x.loop(Gp.RBX, () -> {
            for (int i = 0; i < VECTORS; i++) add.vector(i, xs.plus((long) i * half), dys.plus((long) i * half));
            x.add(Gp.RAX, (long) VECTORS * half);
        }));
        x.load(Gp.RBX, Levels.argument(REST));
        x.unlessZero(Gp.RBX, () -> x.loop(Gp.RBX, () -> {
            add.single(0, xs, dys);
            x.add(Gp.RAX, Float.BYTES);
        }));
    }

    @Override
    public long[][] rows() {
        int parts = Loop.turns(sums.parts()), outer = Loop.turns(outerUnits), units = outer * unit.count();
        int chunk = Math.max(1, unit.count() / Math.max(1, Math.ceilDiv(ENOUGH, parts * outer)));
        var rows = new ArrayList<long[]>();
        for (int p = 0; p < parts; p++)
            for (int o = 0; o < outer; o++)
                for (int first = 0; first < unit.count(); first += chunk) {
                    var row = new long[LOOPS + Levels.words(form.levels)];
                    row[X] = sums.x() + Levels.moved(sums.parts(), p, Loop::a) + Levels.moved(outerUnits, o, Loop::a)
                            + first * unit.a();
                    row[DY] = sums.dy() + Levels.moved(sums.parts(), p, Loop::b) + Levels.moved(outerUnits, o, Loop::b)
                            + first * unit.b();
                    long at = (long) p * sums.kind().rows * units + (long) o * unit.count() + first;
                    row[FIRST] = sums.result() + Double.BYTES * at;
                    row[SECOND] = row[FIRST] + (long) Double.BYTES * units;
                    row[UNITS] = Math.min(chunk, unit.count() - first);
                    row[STEP_X] = unit.a();
                    row[STEP_DY] = unit.b();
                    row[GROUPS] = run / group;
                    row[REST] = run % group;
                    Levels.store(row, LOOPS, form.levels, around);
                    rows.add(row);
                }
        return rows.toArray(long[][]::new);
    }

    @Override
    public int images() { return sums.parts().isEmpty() ? 0 : sums.parts().getFirst().count(); }
}
