package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.assemble.Assembler.Condition;
import org.gabor.cpu.assemble.ChainCode.Place;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Pointwise.Draws;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Instruction;
import org.gabor.cpu.kernel.Pointwise.Instruction.Drop;
import org.gabor.cpu.kernel.Pointwise.Operand;
import org.gabor.graph.Activation;

/**
 * A chain in machine code: all its operations on one vector after the other. A block of work is some turns of one of the
 * loops, with all loops within.
 */
final class PointwiseAssembly implements Assembly {
    /** Elements of a block of work, about. */
    private static final int GRAIN = 1 << 14;
    /** Fewer elements are no block of their own. */
    private static final int SMALL = 1 << 10;
    private static final int BLOCKS = 512;
    /** Elements of which a block of a long run is a multiple. */
    private static final int EVEN = 64;
    /** Vectors that are written one after the other, of a chain without long operations. */
    private static final int UNROLLED = 4;

    // words of a row: the guard, turns of the loop that is cut, whether the end of the run belongs to it, pointers
    private static final int GUARD = 0;
    private static final int TURNS = 1;
    private static final int LAST = 2;
    private static final int FIRST = 3;

    private final Pointwise p;
    private final Isa isa;
    private final ChainWalk walk;
    /** Vectors that a loop handles in a turn: of the run, or turns of the loop around it if a run is no longer than that. */
    private final int vectors;
    private final int turns;
    /** The loop whose turns are shared out, and how many a block has. */
    private final int cut;
    private final int group;

    PointwiseAssembly(Pointwise p, Isa isa) {
        this.p = p;
        this.isa = isa;
        this.walk = ChainWalk.of(p);
        int last = walk.levels().size() - 1, perRun = Math.ceilDiv(walk.run().count(), isa.lanes());
        this.vectors = p.code().stream().anyMatch(PointwiseAssembly::isLong) ? 1 : UNROLLED;
        this.turns = last > 0 && perRun <= vectors && isNear(walk.levels().get(last - 1).steps())
                ? Loop.largestDivisor(walk.levels().get(last - 1).count(), vectors / perRun) : 1;
        long total = walk.levels().getFirst().count() * walk.inner(0);
        long grain = Math.ceilDiv(Math.max(GRAIN, total / BLOCKS), EVEN) * EVEN;
        int level = 0;
        while (walk.inner(level) > grain) level++;
        this.cut = level;
        this.group = group(grain);
    }

    /** Turns of the cut loop that make a block: a multiple of what is written one after the other. */
    private int group(long grain) {
        int count = walk.levels().get(cut).count(), last = walk.levels().size() - 1;
        if (cut == last) return (int) Math.min(count, grain);
        boolean images = cut == 0 && !p.counts().isEmpty() && p.counts().getFirst() == count && walk.inner(0) >= SMALL;
        long wanted = images ? 1 : Math.max(1, grain / walk.inner(cut));
        int unit = cut == last - 1 ? turns : 1;
        return (int) Math.min(count, Math.ceilDiv(wanted, unit) * unit);
    }

    private static boolean isLong(Instruction i) {
        return switch (i) {
            case Instruction.Apply a -> VectorFunctions.scratch(a.f()) == VectorFunctions.APPLY_SCRATCH;
            case Instruction.Slope s -> s.f().slopeOfInput() && !(s.f() instanceof Activation.HardSwish);
            case Drop _ -> true;
            default -> false;
        };
    }

    private static boolean isNear(List<Long> steps) {
        for (long step : steps) if (Math.abs(step) > Integer.MAX_VALUE / (2 * UNROLLED)) return false;
        return true;
    }

    /** What the code depends on. */
    private record Form(List<ChainWalk.Level> levels, List<Element> elements, List<Instruction> code, boolean guarded, int cut,
            int turns) {}

    @Override
    public Object form() {
        List<ChainWalk.Level> within = walk.levels().subList(cut, walk.levels().size());
        List<Instruction> code = p.code().stream().map(PointwiseAssembly::withoutAddresses).toList();
        return new Form(within, elements(), code, p.guard() != 0, cut, turns);
    }

    private static Instruction withoutAddresses(Instruction i) {
        if (!(i instanceof Drop(int register, int x, Draws d))) return i;
        return new Drop(register, x, new Draws(d.op(), 0, 0, 0, d.lanes(), d.channels(), d.image()));
    }

    private List<Element> elements() { return p.operands().stream().map(Operand::element).toList(); }

    /** True if the run is not cut. */
    private boolean isWhole() { return cut < walk.levels().size() - 1; }

    /** The turns of the first loop, if each has blocks of its own; one image is better shared out among threads. */
    @Override
    public int images() {
        int images = p.counts().isEmpty() ? 1 : p.counts().getFirst();
        return images > 1 && blocks() % images == 0 ? images : 0;
    }

    private int blocks() {
        long blocks = Math.ceilDiv(walk.levels().get(cut).count(), group);
        for (int i = 0; i < cut; i++) blocks *= walk.levels().get(i).count();
        return Math.toIntExact(blocks);
    }

    @Override
    public long[][] rows() {
        int blocks = blocks(), count = walk.levels().get(cut).count(), groups = Math.ceilDiv(count, group);
        List<Drop> drops = ChainWalk.drops(p);
        int pointers = p.operands().size() + drops.size();
        var rows = new long[blocks][FIRST + pointers + 3 * drops.size()];
        for (int block = 0; block < blocks; block++) {
            long[] row = rows[block];
            int first = block % groups * group, many = Math.min(group, count - first);
            boolean last = first + many == count;
            row[GUARD] = p.guard();
            row[TURNS] = isWhole() ? (cut == walk.levels().size() - 2 ? many / turns : many) : many / (vectors * isa.lanes());
            row[LAST] = last ? 1 : 0;
            for (int i = 0; i < pointers; i++) {
                long at = i < p.operands().size() ? p.operands().get(i).address() : 0;
                at += first * walk.levels().get(cut).steps().get(i);
                int outer = block / groups;
                for (int level = cut - 1; level >= 0; level--) {
                    ChainWalk.Level l = walk.levels().get(level);
                    at += outer % l.count() * l.steps().get(i);
                    outer /= l.count();
                }
                row[FIRST + i] = at;
            }
            for (int i = 0; i < drops.size(); i++) {
                Draws d = drops.get(i).draws();
                int at = FIRST + pointers + 3 * i;
                row[at] = d.seed();
                row[at + 1] = d.step();
                row[at + 2] = d.epoch();
            }
        }
        return rows;
    }

    @Override
    public void assemble(Assembler x) { new Body(x).write(); }

    /** The loops of a block. */
    private final class Body {
        private final Assembler x;
        private final ChainPointers pointers;
        private final ChainCode chain;
        private final int last = walk.levels().size() - 1;

        Body(Assembler x) {
            this.x = x;
            this.pointers = new ChainPointers(x, walk, FIRST, p.operands().size(), last);
            this.chain = new ChainCode(x, pointers, p.code(), elements(), p.registers());
        }

        void write() {
            var end = new Encoder.Label();
            if (p.guard() != 0) {
                x.load(Gp.RAX, ChainPointers.argument(GUARD));
                x.load32(Gp.RAX, Mem.at(Gp.RAX));
                x.test(Gp.RAX, Gp.RAX);
                x.jump(Condition.NOT_ZERO, end);
            }
            x.add(Gp.RSP, -ChainPointers.FRAME);
            pointers.start();
            if (isWhole()) loop(cut);
            else part();
            x.add(Gp.RSP, ChainPointers.FRAME);
            x.bind(end);
        }

        /** A loop with all loops within; behind it, the pointers have moved by all its turns. */
        private void loop(int level) {
            int step = level == last - 1 ? turns : 1;
            Mem counter = Mem.at(Gp.RSP, ChainPointers.WORDS + (long) level * Long.BYTES);
            if (level == cut) x.load(Gp.RCX, ChainPointers.argument(TURNS));
            else x.move(Gp.RCX, walk.levels().get(level).count() / step);
            var top = new Encoder.Label();
            x.bind(top);
            x.store(counter, Gp.RCX);
            if (level < last - 1) loop(level + 1);
            else run();
            ChainWalk.Level inner = walk.levels().get(level + 1);
            var by = new ArrayList<Long>();
            for (int i = 0; i < inner.steps().size(); i++) {
                long moved = level == last - 1 ? 0 : inner.count() * inner.steps().get(i);
                by.add(step * walk.levels().get(level).steps().get(i) - moved);
            }
            pointers.move(by);
            x.load(Gp.RCX, counter);
            x.add(Gp.RCX, -1);
            x.jump(Condition.NOT_ZERO, top);
        }

        /** All of a run, and of those of the next turns. */
        private void run() {
            int count = walk.run().count(), perTurn = vectors * isa.lanes();
            if (Math.ceilDiv(count, isa.lanes()) <= vectors) {
                for (int turn = 0; turn < turns; turn++) rest(turn, count, false);
                return;
            }
            x.move(Gp.RDX, 0);
            x.loop(Gp.RBX, count / perTurn, this::turn);
            rest(0, count % perTurn, true);
        }

        /** A part of the only run. */
        private void part() {
            Encoder.Label ended = new Encoder.Label(), rest = new Encoder.Label();
            x.move(Gp.RDX, 0);
            x.load(Gp.RBX, ChainPointers.argument(TURNS));
            x.test(Gp.RBX, Gp.RBX);
            x.jump(Condition.ZERO, rest);
            x.loop(Gp.RBX, this::turn);
            x.bind(rest);
            x.load(Gp.RAX, ChainPointers.argument(LAST));
            x.test(Gp.RAX, Gp.RAX);
            x.jump(Condition.ZERO, ended);
            rest(0, walk.run().count() % (vectors * isa.lanes()), true);
            x.bind(ended);
        }

        private void turn() {
            rest(0, vectors * isa.lanes(), true);
            x.add(Gp.RDX, (long) vectors * isa.lanes());
        }

        /** {@code count} elements, vector after vector. */
        private void rest(int turn, int count, boolean indexed) {
            for (int i = 0; i < count; i += isa.lanes())
                chain.write(new Place(turn, i, indexed, Math.min(isa.lanes(), count - i)));
        }
    }
}
