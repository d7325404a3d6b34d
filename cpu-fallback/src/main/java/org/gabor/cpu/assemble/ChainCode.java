package org.gabor.cpu.assemble;

import java.util.List;
import org.gabor.cpu.assemble.Assembler.Comparison;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Instruction;
import org.gabor.cpu.kernel.Pointwise.Instruction.Combine;
import org.gabor.cpu.kernel.Pointwise.Operator;
import org.gabor.cpu.kernel.Pointwise.Source;
import org.jspecify.annotations.Nullable;

/** Writes the code of a chain for one vector of elements. */
final class ChainCode {
    /** The mask of a tail. */
    private static final int TAIL = 1;

    private final Assembler x;
    private final ChainPointers pointers;
    private final Instruction[] code;
    private final int[][] uses;
    private final List<Element> elements;
    private final int values;
    private VectorRegisters vectors;
    private Place place = new Place(0, 0, false, 0);
    private @Nullable Mask tail;

    /**
     * Which elements are handled.
     *
     * @param turn of the loop around the run, when several turns are written one after the other
     * @param element of the run
     * @param indexed whether RDX is added to that
     * @param lanes how many elements: a full vector, or the first few
     */
    record Place(int turn, int element, boolean indexed, int lanes) {}

    ChainCode(Assembler x, ChainPointers pointers, List<Instruction> code, List<Element> elements, int values) {
        this.x = x;
        this.pointers = pointers;
        this.code = code.toArray(Instruction[]::new);
        this.uses = VectorRegisters.uses(code);
        this.elements = elements;
        this.values = values;
        this.vectors = registers();
    }

    private VectorRegisters registers() {
        int room = ChainPointers.FRAME - ChainPointers.VECTORS;
        return new VectorRegisters(x, uses, values, ChainPointers.VECTORS, room / x.isa.bytes);
    }

    /** All instructions for the elements at a place. */
    void write(Place at) {
        place = at;
        vectors = registers();
        tail = null;
        if (at.lanes < x.isa.lanes()) {
            tail = new Mask(TAIL, x.isa == Isa.AVX2 ? vectors.scratch(1)[0] : 0);
            x.first(tail, at.lanes);
        }
        int drops = 0;
        for (int i = 0; i < code.length; i++) {
            vectors.at(i);
            if (code[i] instanceof Instruction.Drop d) drop(d, elements.size() + drops++);
            else write(code[i]);
        }
    }

    private void write(Instruction instruction) {
        switch (instruction) {
            case Instruction.Load l -> load(vectors.define(l.register()), l.operand());
            case Instruction.Store s -> {
                int v = vectors.use(s.register());
                if (pointers.step(s.operand()) != Float.BYTES) pointers.scatter(v, s.operand(), place);
                else if (tail == null) x.store(pointers.at(s.operand(), place), v);
                else x.storeMasked(pointers.at(s.operand(), place), tail, v);
            }
            case Instruction.Fill f -> source(vectors.define(f.register()), f.source());
            case Instruction.Apply a -> {
                int s = vectors.use(a.x());
                int[] t = vectors.scratch(VectorFunctions.scratch(a.f()));
                VectorFunctions.apply(x, a.f(), vectors.define(a.register()), s, t);
                vectors.release(t);
            }
            case Instruction.Slope s -> {
                int v = vectors.use(s.v()), dy = vectors.use(s.dy());
                int[] t = vectors.scratch(VectorFunctions.SLOPE_SCRATCH);
                VectorFunctions.slope(x, s.f(), vectors.define(s.register()), v, dy, t);
                vectors.release(t);
            }
            case Instruction.Root r -> {
                int s = vectors.use(r.x());
                x.op(Vector.VSQRTPS, vectors.define(r.register()), s);
            }
            case Combine c -> combine(c);
            case Instruction.Drop _ -> throw new IllegalStateException("a dropout is written with its number");
        }
    }

    private void load(int d, int operand) {
        Element element = elements.get(operand);
        long step = pointers.step(operand);
        boolean bytes = element == Element.U8;
        if (!bytes && step == 0) {
            x.broadcast(d, pointers.at(operand, place));
        } else if (!bytes && step == Float.BYTES) {
            if (tail == null) x.load(d, pointers.at(operand, place));
            else x.loadMasked(d, tail, pointers.at(operand, place));
        } else {
            if (bytes && step == 1 && tail == null) x.op(Vector.VPMOVZXBD, d, pointers.at(operand, place));
            else pointers.gather(d, operand, place, bytes);
            if (bytes) x.op(Vector.VCVTDQ2PS, d, d);
        }
    }

    private void source(int d, Source source) {
        switch (source) {
            case Source.Constant c -> x.load(d, x.literal(c.value()));
            case Source.Single s -> load(d, s.operand());
            case Source.Register _ -> throw new IllegalStateException("a register is not one number");
        }
    }

    private void combine(Combine c) {
        int a = vectors.use(c.x());
        boolean limits = c.f() == Operator.MIN || c.f() == Operator.MAX;
        if (c.y() instanceof Source.Constant k && !limits) {
            x.op(op(c.f()), vectors.define(c.register()), a, x.literal(k.value()));
            return;
        }
        int[] t = vectors.scratch(3);
        int b = t[0];
        if (c.y() instanceof Source.Register y) b = vectors.use(y.index());
        else source(b, c.y());
        int d = vectors.define(c.register());
        if (limits) {
            // of a number and a NaN the second is taken
            var mask = new Mask(VectorFunctions.MASK, t[2]);
            x.op(op(c.f()), t[1], a, b);
            x.compare(mask, Comparison.UNORDERED, a, a);
            x.choose(d, mask, a, t[1]);
        } else {
            x.op(op(c.f()), d, a, b);
        }
        vectors.release(t);
    }

    private static Vector op(Operator f) {
        return switch (f) {
            case ADD -> Vector.VADDPS;
            case SUB -> Vector.VSUBPS;
            case MUL -> Vector.VMULPS;
            case DIV -> Vector.VDIVPS;
            case MIN -> Vector.VMINPS;
            case MAX -> Vector.VMAXPS;
        };
    }

    private void drop(Instruction.Drop d, int pointer) {
        int s = vectors.use(d.x());
        int[] t = vectors.scratch(DropCode.SCRATCH);
        int y = vectors.define(d.register());
        pointers.number(pointer, place);
        DropCode.write(x, pointers, pointer, d.draws().op(), y, s, t);
        vectors.release(t);
    }
}
