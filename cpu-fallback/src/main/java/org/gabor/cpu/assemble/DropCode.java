package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Pointwise.Dropout;

/**
 * Dropout of a vector: element by element the word that Philox4x32-10 has for it, which decides whether it is kept
 * ({@link org.gabor.random.Philox}). Four elements could share a block of words where they are neighbours in logical order;
 * in the layouts of images they are not.
 */
final class DropCode {
    /** Scratch vectors that it needs. */
    static final int SCRATCH = 10;

    private static final int ROUNDS = 10;
    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;
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
        int[] words = block(x, t);

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

    /**
     * A block of words for the counters in t[0] to t[3] and the keys t[4], t[5]: the four vectors that they end up in, and
     * of these and t[7] the one that is left over. t[6] and t[8] are used up.
     */
    private static int[] block(Assembler x, int[] t) {
        int a = t[0], b = t[1], c = t[2], d = t[3], low = t[7];
        int high = t[6], odd = t[8];
        for (int round = 0; round < ROUNDS; round++) {
            if (round > 0) {
                x.op(Vector.VPADDD, t[4], t[4], x.literal(W0));
                x.op(Vector.VPADDD, t[5], t[5], x.literal(W1));
            }
            multiply(x, high, low, a, M0, odd);
            x.op(Vector.VPXOR, d, d, high);
            x.op(Vector.VPXOR, d, d, t[5]);
            multiply(x, high, a, c, M1, odd);
            x.op(Vector.VPXOR, b, b, high);
            x.op(Vector.VPXOR, b, b, t[4]);
            int x0 = b, x1 = a, x2 = d, x3 = low;
            low = c;
            a = x0;
            b = x1;
            c = x2;
            d = x3;
        }
        return new int[] {a, b, c, d, low};
    }

    /** The upper and lower words of x times m, 32 by 32 bits; odd is used up. */
    private static void multiply(Assembler x, int high, int low, int a, int m, int odd) {
        x.shift(Vector.VPSRLQ, odd, a, Integer.SIZE);
        x.op(Vector.VPMULUDQ, high, a, x.literal(m));
        x.op(Vector.VPMULUDQ, odd, odd, x.literal(m));
        x.op(Vector.VPMULLD, low, a, x.literal(m));
        x.shift(Vector.VPSRLQ, high, high, Integer.SIZE);
        x.op(Vector.VPAND, odd, odd, x.literal(-1L << Integer.SIZE));
        x.op(Vector.VPOR, high, high, odd);
    }

    /** 0, step, 2 step, ... */
    private static List<Integer> multiples(int count, long step) {
        var multiples = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) multiples.add((int) (i * step));
        return multiples;
    }
}
