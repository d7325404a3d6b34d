package org.gabor.cpu.assemble;

import java.util.List;
import org.gabor.cpu.assemble.ChainCode.Place;

/**
 * The addresses that the loops of a pointwise kernel move: of its operands, and behind them what dropouts draw for. As many
 * as there are registers for are in those, the rest on the stack. RAX and RCX are free for intermediate results, RDX is the
 * element of the run.
 */
final class ChainPointers {
    /** Bytes on the stack: a vector, then {@link #WORDS} 64-bit words, then vectors. */
    static final int FRAME = 1 << 12;
    static final int WORDS = 64;
    static final int VECTORS = 512;

    /** Operands for whose pointers there is room in any case. */
    static final int MOST = 52;

    private static final Gp INDEX = Gp.RDX;
    private static final List<Gp> REGISTERS =
            List.of(Gp.RSI, Gp.R8, Gp.R9, Gp.R10, Gp.R11, Gp.R12, Gp.R13, Gp.R14, Gp.R15, Gp.RBP);

    private final Assembler x;
    private final ChainWalk walk;
    private final int first;
    private final int words;
    private final int operands;

    /**
     * ChainPointers that are loaded from the row.
     *
     * @param first word of the row where they start
     * @param operands how many of them belong to operands
     * @param words words on the stack that are used otherwise
     */
    ChainPointers(Assembler x, ChainWalk walk, int first, int operands, int words) {
        this.x = x;
        this.walk = walk;
        this.first = first;
        this.operands = operands;
        this.words = words;
        if (words + count() > (VECTORS - WORDS) / Long.BYTES)
            throw new IllegalArgumentException("a chain has more than " + ((VECTORS - WORDS) / Long.BYTES - words) + " operands");
    }

    private int count() { return walk.run().steps().size(); }

    /** All of them as the row says. */
    void start() {
        for (int i = 0; i < count(); i++) {
            Gp r = i < REGISTERS.size() ? REGISTERS.get(i) : Gp.RAX;
            x.load(r, argument(first + i));
            if (i >= REGISTERS.size()) x.store(word(i), r);
        }
    }

    /** A word of the row. */
    static Mem argument(int i) { return Mem.at(Gp.RDI, (long) i * Long.BYTES); }

    private Mem word(int i) { return Mem.at(Gp.RSP, WORDS + (long) (words + i) * Long.BYTES); }

    /** Moves all: pointer i by {@code by.get(i)}. */
    void move(List<Long> by) {
        for (int i = 0; i < count(); i++) {
            long bytes = by.get(i);
            if (bytes == 0) continue;
            boolean inRegister = i < REGISTERS.size();
            Gp r = inRegister ? REGISTERS.get(i) : Gp.RAX;
            if (!inRegister) x.load(r, word(i));
            if (bytes == (int) bytes) {
                x.add(r, bytes);
            } else {
                x.move(Gp.RCX, bytes);
                x.add(r, Gp.RCX);
            }
            if (!inRegister) x.store(word(i), r);
        }
    }

    /** Bytes from element to element of a run. */
    long step(int i) { return walk.run().steps().get(i); }

    /** Bytes from a pointer to an element at a place, less the index. */
    private long offset(int i, Place p) {
        List<ChainWalk.Level> levels = walk.levels();
        long turn = p.turn() == 0 ? 0 : p.turn() * levels.get(levels.size() - 2).steps().get(i);
        return turn + p.element() * step(i);
    }

    /** The first element at a place of an operand whose elements are side by side, or of which there is one. */
    Mem at(int i, Place p) {
        Gp base = Gp.RAX;
        if (i < REGISTERS.size()) base = REGISTERS.get(i);
        else x.load(base, word(i));
        long step = step(i);
        return p.indexed() && step != 0 ? Mem.at(base, INDEX, (int) step, offset(i, p)) : Mem.at(base, offset(i, p));
    }

    /** RAX = the pointer, moved to the place. */
    void number(int i, Place p) {
        long step = step(i), offset = offset(i, p);
        x.move(Gp.RAX, offset);
        if (p.indexed() && step != 0) {
            if (step == (int) step) {
                x.multiply(Gp.RCX, INDEX, (int) step);
            } else {
                x.move(Gp.RCX, step);
                x.multiply(Gp.RCX, INDEX);
            }
            x.add(Gp.RAX, Gp.RCX);
        }
        if (i < REGISTERS.size()) x.add(Gp.RAX, REGISTERS.get(i));
        else x.add(Gp.RAX, word(i));
    }

    /** d = elements that are not side by side, as many as the place has: floats, or bytes made words. */
    void gather(int d, int i, Place p, boolean bytes) {
        number(i, p);
        for (int lane = 0; lane < p.lanes(); lane++) {
            Mem from = Mem.at(Gp.RAX, lane * step(i));
            if (bytes) x.load8(Gp.RCX, from);
            else x.load32(Gp.RCX, from);
            x.store32(Mem.at(Gp.RSP, (long) lane * Integer.BYTES), Gp.RCX);
        }
        x.load(d, Mem.at(Gp.RSP));
    }

    /** Elements that are not side by side = s, as many as the place has. */
    void scatter(int s, int i, Place p) {
        number(i, p);
        x.store(Mem.at(Gp.RSP), s);
        for (int lane = 0; lane < p.lanes(); lane++) {
            x.load32(Gp.RCX, Mem.at(Gp.RSP, (long) lane * Integer.BYTES));
            x.store32(Mem.at(Gp.RAX, lane * step(i)), Gp.RCX);
        }
    }

    /** The address of a word that dropout {@code i} depends on: 0 the seed, 1 the step, 2 the epoch. */
    Mem drawnFrom(int i, int n) { return argument(first + count() + 3 * (i - operands) + n); }
}
