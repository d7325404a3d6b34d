package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Pointwise.Dropout;

/**
 * Dropout of a vector: element by element a random word decides whether it is kept. Four elements could share a block of words
 * where they are neighbours in logical order; in the layouts of images they are not.
 */
final class DropCode {
    /** Scratch vectors that it needs. */
    static final int SCRATCH = PhiloxCode.VECTORS + 1;

    private static final Mem WORD = Mem.at(Gp.RSP);
    private static final Mem BLOCK = Mem.at(Gp.RSP, 4);

    private DropCode() {}

    /**
     * d = s / (1 - rate) where it is kept, else 0. RAX holds the number of the first element; it and RCX are used up.
     *
     * @param pointers where seed, step and epoch are
     * @param pointer the number of the dropout
     */
    static void write(Assembler x, ChainPointers pointers, int pointer, Dropout op, int d, int s, int[] t) {
        x.move(Gp.RCX, Gp.RAX);
        x.and(Gp.RCX, 3);
        x.store32(WORD, Gp.RCX);
        x.shiftRight(Gp.RAX, 2);
        x.store32(BLOCK, Gp.RAX);
        int word = t[9];
        x.op(Vector.VPBROADCASTD, word, WORD);
        x.op(Vector.VPADDD, word, word, x.literal(multiples(x.isa.lanes(), pointers.step(pointer))));
        x.op(Vector.VPBROADCASTD, t[1], BLOCK);
        x.shift(Vector.VPSRLD, t[0], word, 2);
        x.op(Vector.VPADDD, t[0], t[0], t[1]);
        x.op(Vector.VPAND, word, word, x.literal(3));

        x.load(Gp.RAX, pointers.drawnFrom(pointer, 0));
        x.op(Vector.VPBROADCASTD, t[4], Mem.at(Gp.RAX));
        x.op(Vector.VPBROADCASTD, t[5], Mem.at(Gp.RAX, Integer.BYTES));
        x.load(Gp.RAX, pointers.drawnFrom(pointer, 1));
        x.op(Vector.VPBROADCASTD, t[1], Mem.at(Gp.RAX));
        x.load(Gp.RAX, pointers.drawnFrom(pointer, 2));
        x.op(Vector.VPBROADCASTD, t[2], Mem.at(Gp.RAX));
        x.load(t[3], x.literal(op.stream()));
        int[] words = PhiloxCode.block(x, t);

        int drawn = words[0], one = t[6], two = words[4], three = t[8];
        var mask = new Mask(VectorFunctions.MASK, two);
        for (int i = 1; i < 4; i++) {
            x.load(one, x.literal(i));
            x.equalWords(mask, word, one);
            x.choose(drawn, mask, words[i], drawn);
        }
        x.load(one, x.literal(Dropout.threshold(op.rate())));
        x.compareUnsignedAtLeast(mask, drawn, one, three);
        x.mul(one, s, x.literal((float) (1 / (1 - op.rate()))));
        x.keep(d, mask, one);
    }

    /** 0, step, 2 step, ... */
    private static List<Integer> multiples(int count, long step) {
        var multiples = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) multiples.add((int) (i * step));
        return multiples;
    }
}
