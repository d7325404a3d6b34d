package org.gabor.cpu.assemble;

import java.util.stream.IntStream;
import org.gabor.cpu.assemble.Assembler.Comparison;
import org.gabor.cpu.kernel.DrawMaps;
import org.gabor.graph.Augmentation;

/** Random affine maps, a vector of images at a time. They are too few to share out. */
record DrawMapsAssembly(DrawMaps k) implements Assembly {
    private static final int SEED = 0, STEP = 1, EPOCH = 2, RESULT = 3;
    private static final int FLOOR = 9;
    /** The random words, later scratch. */
    private static final int[] T = IntStream.range(0, PhiloxCode.VECTORS).toArray();
    /** Counters of the first blocks, and what is made of the words. */
    private static final int BLOCK = 9, FLIP = 10, RIGHT = 11, DOWN = 12, TURN = 13, SIZE = 14;
    private static final Mask CHOSEN = new Mask(1, 15);
    /** Scratch: cosine and sine by the scale, what goes to memory. */
    private static final int ONE = 0, SQUARE = 1, COSINE = 2, SINE = 3, VALUE = 4, TERM = 5;

    @Override
    public Object form() { return k.op(); }

    @Override
    public void assemble(Assembler x) {
        int lanes = x.isa.lanes(), n = k.op().n(), rest = n % lanes;
        x.load(Gp.RSI, Levels.argument(SEED));
        x.load(Gp.R8, Levels.argument(STEP));
        x.load(Gp.R9, Levels.argument(EPOCH));
        x.load(Gp.RDX, Levels.argument(RESULT));
        x.load(BLOCK, x.words(IntStream.range(0, lanes).map(i -> 2 * i).toArray()));
        x.loop(Gp.RCX, n / lanes, () -> {
            images(x, lanes);
            x.add(Gp.RDX, x.isa.bytes);
            x.op(Vector.VPADDD, BLOCK, BLOCK, x.literal(2 * lanes));
        });
        if (rest > 0) images(x, rest);
    }

    private void images(Assembler x, int count) {
        Augmentation.DrawMaps op = k.op();
        int[] words = block(x, 0);
        for (int i = 0; i < 4; i++) unit(x, words[i]);
        int one = words[4];
        x.load(FLIP, x.literal((float) op.limits().flip()));
        x.compare(CHOSEN, Comparison.LESS, words[0], FLIP);
        x.load(one, x.literal(1f));
        x.load(FLIP, x.literal(-1f));
        x.choose(FLIP, CHOSEN, FLIP, one);
        shift(x, RIGHT, words[1], op.columns(), op.w());
        shift(x, DOWN, words[2], op.rows(), op.h());
        x.mul(TURN, words[3], x.literal(2f));
        x.sub(TURN, TURN, one);
        x.mul(TURN, TURN, x.literal(op.tangent()));
        int more = block(x, 1)[0];
        unit(x, more);
        x.mul(SIZE, more, x.literal(op.range()));
        x.add(SIZE, SIZE, x.literal(op.least()));
        maps(x, count);
    }

    /** The words of block {@code number} of each image. */
    private int[] block(Assembler x, int number) {
        x.op(Vector.VPADDD, T[0], BLOCK, x.literal(number));
        x.op(Vector.VPBROADCASTD, T[1], Mem.at(Gp.R8));
        x.op(Vector.VPBROADCASTD, T[2], Mem.at(Gp.R9));
        x.load(T[3], x.literal(k.op().stream()));
        x.op(Vector.VPBROADCASTD, T[PhiloxCode.KEY], Mem.at(Gp.RSI));
        x.op(Vector.VPBROADCASTD, T[PhiloxCode.KEY + 1], Mem.at(Gp.RSI, Integer.BYTES));
        return PhiloxCode.block(x, T);
    }

    /** A word as a number in [0, 1). */
    private static void unit(Assembler x, int v) {
        x.shift(Vector.VPSRLD, v, v, 8);
        x.op(Vector.VCVTDQ2PS, v, v);
        x.mul(v, v, x.literal(0x1p-24f));
    }

    /** d = a whole number from -most to most, and the middle of {@code side} pixels. */
    private static void shift(Assembler x, int d, int u, int most, int side) {
        x.mul(d, u, x.literal((float) (2 * most + 1)));
        x.imm(Vector.VROUNDPS, d, d, FLOOR);
        x.sub(d, d, x.literal((float) most));
        x.add(d, d, x.literal((side - 1) / 2f));
    }

    private void maps(Assembler x, int count) {
        x.load(ONE, x.literal(1f));
        x.mul(SQUARE, TURN, TURN);
        x.sub(COSINE, ONE, SQUARE);
        x.add(SINE, TURN, TURN);
        x.add(SQUARE, ONE, SQUARE);
        x.op(Vector.VDIVPS, SQUARE, ONE, SQUARE);
        for (int v : new int[] {COSINE, SINE}) {
            x.mul(v, v, SQUARE);
            x.op(Vector.VDIVPS, v, v, SIZE);
        }
        x.mul(VALUE, FLIP, COSINE);
        store(x, 0, VALUE, count);
        x.mul(VALUE, FLIP, SINE);
        store(x, 1, VALUE, count);
        x.mul(VALUE, COSINE, RIGHT);
        x.mul(TERM, SINE, DOWN);
        x.add(VALUE, VALUE, TERM);
        x.mul(VALUE, FLIP, VALUE);
        x.load(TERM, x.literal((k.op().w() - 1) / 2f));
        x.sub(VALUE, TERM, VALUE);
        store(x, 2, VALUE, count);
        x.op(Vector.VPXOR, VALUE, SINE, x.literal(Integer.MIN_VALUE));
        store(x, 3, VALUE, count);
        store(x, 4, COSINE, count);
        x.mul(VALUE, SINE, RIGHT);
        x.mul(TERM, COSINE, DOWN);
        x.sub(VALUE, VALUE, TERM);
        x.add(VALUE, VALUE, x.literal((k.op().h() - 1) / 2f));
        store(x, 5, VALUE, count);
    }

    private void store(Assembler x, int row, int v, int count) {
        Mem to = Mem.at(Gp.RDX, (long) row * k.op().n() * Float.BYTES);
        if (count == x.isa.lanes()) {
            x.store(to, v);
        } else {
            x.first(CHOSEN, count);
            x.storeMasked(to, CHOSEN, v);
        }
    }

    @Override
    public long[][] rows() { return new long[][] {{k.seed(), k.step(), k.epoch(), k.result()}}; }
}
