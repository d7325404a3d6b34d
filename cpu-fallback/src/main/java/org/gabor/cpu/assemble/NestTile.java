package org.gabor.cpu.assemble;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.gabor.cpu.assemble.NestPlan.Mode;
import org.gabor.cpu.assemble.Split.Element;
import org.gabor.cpu.kernel.Nest.Bias;

/**
 * Writes a tile of a nest: some rows by some columns of C, each sum in a register. The sums take the first registers, then
 * come the vectors of B, a vector of A, and with AVX2 the mask.
 */
final class NestTile {
    /** Counters of the loops of the reduction. */
    private static final List<Gp> COUNTERS = List.of(Gp.RBX, Gp.RBP, Gp.R9, Gp.R10, Gp.R11, Gp.R12, Gp.R13);
    private static final int FOUR = 4 * Float.BYTES;

    private final Assembler x;
    private final NestPlan plan;
    private final Pointers pointers;
    private final List<Element> rows;
    private final List<Element> columns;
    private final boolean tail;
    private final int firstB;
    private final int a;

    /** What is done to a tile. */
    enum Part {
        /** The sums start with what C holds; else with 0. */
        RESUME,
        /** The products are added. */
        SUM,
        /** Bias and addend are added, the activation is applied, the gate decides. */
        FINISH
    }

    /**
     * A tile.
     *
     * @param tail true if it is about the incomplete vector of mode {@link Mode#LANE}
     */
    NestTile(Assembler x, NestPlan plan, Pointers pointers, List<Element> rows, List<Element> columns, boolean tail) {
        this.x = x;
        this.plan = plan;
        this.pointers = pointers;
        this.rows = rows;
        this.columns = columns;
        this.tail = tail;
        this.firstB = rows.size() * columns.size();
        this.a = firstB + columns.size();
    }

    /** Where the mask of incomplete vectors is kept. */
    static Mask mask(Isa isa) { return new Mask(1, isa.registers - 1); }

    void write(Set<Part> parts) {
        for (int i = 0; i < firstB; i++) x.zero(i);
        if (parts.contains(Part.SUM)) {
            Split terms = plan.reduction();
            sum(terms, 0);
            pointers.advance(moved(terms, 0).times(-1));
        }
        if (plan.mode() == Mode.DOT) storeDots(parts);
        else storeVectors(parts);
    }

    private int register(int row, int column) { return row * columns.size() + column; }

    // the sums

    /** Adds the products of the loops from {@code depth} on. */
    private void sum(Split terms, int depth) {
        if (depth == terms.around().size()) {
            Walk pieces = terms.pieces();
            x.loop(COUNTERS.get(depth), pieces.count(), () -> {
                terms.full().forEach(this::products);
                pointers.advance(moved(terms, depth).equals(Offsets.NONE) ? Offsets.NONE : pieces.step());
            });
            terms.last().forEach(this::products);
            return;
        }
        Walk walk = terms.around().get(depth);
        x.loop(COUNTERS.get(depth), walk.count(), () -> {
            sum(terms, depth + 1);
            pointers.advance(walk.step().minus(moved(terms, depth + 1)));
        });
    }

    /** How far the loops from {@code depth} on have moved the pointers when they are through. */
    private static Offsets moved(Split terms, int depth) {
        if (depth < terms.around().size()) {
            Walk walk = terms.around().get(depth);
            return walk.step().times(walk.count());
        }
        boolean once = terms.pieces().count() == 1 && terms.last().isEmpty();
        return once ? Offsets.NONE : terms.pieces().step().times(terms.pieces().count());
    }

    /** One product for each sum: a vector of B for every column, then row by row what A has for it. */
    private void products(Element term) {
        for (int j = 0; j < columns.size(); j++) {
            Element column = columns.get(j);
            load(firstB + j, Mem.at(Pointers.B, term.at().b() + column.at().b()), tail || term.tail() || column.tail());
        }
        for (int m = 0; m < rows.size(); m++) {
            Mem from = Mem.at(Pointers.A, term.at().a() + rows.get(m).at().a());
            if (columns.size() == 1 && plan.mode() == Mode.COLUMN && x.isa == Isa.AVX512) {
                x.fmaBroadcast(m, firstB, from);
            } else if (columns.size() == 1 && plan.mode() != Mode.COLUMN && !tail && !term.tail()) {
                x.fma(m, firstB, from);
            } else {
                if (plan.mode() == Mode.COLUMN) x.broadcast(a, from);
                else load(a, from, tail || term.tail());
                for (int j = 0; j < columns.size(); j++) x.fma(register(m, j), firstB + j, a);
            }
        }
    }

    private void load(int register, Mem from, boolean masked) {
        if (masked) x.loadMasked(register, mask(x.isa), from);
        else x.load(register, from);
    }

    // what becomes of them

    private void storeVectors(Set<Part> parts) {
        boolean ofColumn = plan.mode() == Mode.LANE || plan.bias() == Bias.COLUMN;
        for (int m = 0; m < rows.size(); m++) {
            for (int j = 0; j < columns.size(); j++) {
                int sum = register(m, j);
                Offsets at = rows.get(m).at().plus(columns.get(j).at());
                boolean masked = tail || columns.get(j).tail();
                Mem c = Mem.at(Pointers.C, at.c());
                if (parts.contains(Part.RESUME)) {
                    load(a, c, masked);
                    x.add(sum, sum, a);
                }
                if (parts.contains(Part.FINISH) && plan.bias() != Bias.NONE) {
                    Mem bias = Mem.at(Pointers.BIAS, at.bias());
                    if (ofColumn) load(a, bias, masked);
                    else x.broadcast(a, bias);
                    x.add(sum, sum, a);
                }
                if (parts.contains(Part.FINISH)) {
                    if (plan.addend()) {
                        load(a, Mem.at(Pointers.ADDEND, at.addend()), masked);
                        x.add(sum, sum, a);
                    }
                    activate(sum);
                    if (plan.gate()) {
                        load(a, Mem.at(Pointers.GATE, at.gate()), masked);
                        pass(sum);
                    }
                }
                if (masked) x.storeMasked(c, mask(x.isa), sum);
                else x.store(c, sum);
            }
        }
    }

    /** Up to four neighbours of a row at a time: their elements are summed together, then they are stored as one or singly. */
    private void storeDots(Set<Part> parts) {
        for (int m = 0; m < rows.size(); m++) {
            for (int j = 0; j < columns.size(); j += 4) {
                int count = Math.min(4, columns.size() - j), sums = register(m, j);
                addElements(sums, count);
                Offsets at = rows.get(m).at().plus(columns.get(j).at());
                if (count == 4 && neighbours(j)) {
                    storeDots(parts, sums, at, FOUR);
                    continue;
                }
                for (int i = 0; i < count; i++) {
                    x.imm(Vector.VPERMILPS, 16, firstB, 0, sums, i);
                    storeDots(parts, firstB, rows.get(m).at().plus(columns.get(j + i).at()), Float.BYTES);
                }
            }
        }
    }

    /** True if this column and the three behind it are neighbours in C, and their biases neighbours or the same. */
    private boolean neighbours(int j) {
        long bias = plan.bias() == Bias.COLUMN ? Float.BYTES : 0;
        for (int i = j; i < j + 3; i++) {
            Offsets step = columns.get(i + 1).at().minus(columns.get(i).at());
            if (step.c() != Float.BYTES || step.bias() != bias) return false;
            if (plan.addend() && step.addend() != Float.BYTES || plan.gate() && step.gate() != Float.BYTES) return false;
        }
        return true;
    }

    private void storeDots(Set<Part> parts, int sums, Offsets at, int bytes) {
        Mem c = Mem.at(Pointers.C, at.c());
        if (parts.contains(Part.RESUME)) {
            loadDots(a, c, bytes);
            x.sized(16, Vector.VADDPS, sums, sums, a);
        }
        if (parts.contains(Part.FINISH) && plan.bias() != Bias.NONE) {
            Mem bias = Mem.at(Pointers.BIAS, at.bias());
            if (plan.bias() == Bias.COLUMN) loadDots(a, bias, bytes);
            else x.broadcast(a, bias);
            x.sized(16, Vector.VADDPS, sums, sums, a);
        }
        if (parts.contains(Part.FINISH)) {
            if (plan.addend()) {
                loadDots(a, Mem.at(Pointers.ADDEND, at.addend()), bytes);
                x.sized(16, Vector.VADDPS, sums, sums, a);
            }
            activate(sums);
            if (plan.gate()) {
                loadDots(a, Mem.at(Pointers.GATE, at.gate()), bytes);
                pass(sums);
            }
        }
        if (bytes == FOUR) x.store(FOUR, c, sums);
        else x.op(Vector.VMOVSS_STORE, sums, c);
    }

    private void loadDots(int register, Mem from, int bytes) {
        if (bytes == FOUR) x.load(FOUR, register, from);
        else x.op(Vector.VMOVSS_LOAD, register, from);
    }

    /** The first elements of {@code first} = the sums of all elements of up to four neighbouring registers. */
    private void addElements(int first, int count) {
        int second = first + Math.min(1, count - 1), third = first + Math.min(2, count - 1), fourth = first + count - 1;
        addPairs(Vector.VUNPCKLPS, Vector.VUNPCKHPS, first, second);
        if (third > second) addPairs(Vector.VUNPCKLPS, Vector.VUNPCKHPS, third, fourth);
        addPairs(Vector.VUNPCKLPD, Vector.VUNPCKHPD, first, third > second ? third : first);
        if (x.isa == Isa.AVX512) {
            x.upper(a, first);
            x.sized(32, Vector.VADDPS, first, first, a);
        }
        x.imm(Vector.VEXTRACTF128, 32, first, 0, a, 1);
        x.sized(16, Vector.VADDPS, first, first, a);
    }

    private void addPairs(Vector low, Vector high, int d, int s) {
        x.op(high, a, d, s);
        x.op(low, d, d, s);
        x.add(d, d, a);
    }

    /** Keeps what has a positive number in A's register; the last vector of B's has become free. */
    private void pass(int sum) {
        int zero = a - 1 == sum ? a + 1 : a - 1;
        x.zero(zero);
        var positive = new Mask(2, a);
        x.compare(positive, Assembler.Comparison.GREATER, a, zero);
        x.keep(sum, positive, sum);
    }

    private void activate(int sum) {
        if (plan.activation() == null) return;
        int first = plan.mode() == Mode.DOT ? firstB + 1 : firstB;
        int[] scratch = IntStream.range(first, first + VectorFunctions.scratch(plan.activation())).toArray();
        VectorFunctions.apply(x, plan.activation(), sum, sum, scratch);
    }
}
