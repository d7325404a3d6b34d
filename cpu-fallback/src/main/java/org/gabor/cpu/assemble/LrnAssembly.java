package org.gabor.cpu.assemble;

import java.util.ArrayList;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Lrn;

/**
 * Local response normalisation and its gradient, pixel by pixel, a vector of a pixel at a time in doubles. The channels
 * around are loaded at an offset, without those that do not exist. A gradient has two passes, and what it needs of all
 * channels in the second is on the stack.
 */
final class LrnAssembly implements Assembly {
    /** Blocks of work that are enough for the threads that there are. */
    private static final int ENOUGH = 16;
    private static final int X = 0, DY = 1, RESULT = 2, ROWS = 3;
    /** Sums or denominators of the lower and the upper half, the powers of these, and scratch. */
    private static final int LOW = 0, HIGH = 1, POWER = 2, T = 4, A = 5, B = 6;
    private static final int XS = 7, DYS = 8, OWN = 9, PLACES = 10, LAST = 11, PLACE = 12;
    private static final Mask THERE = new Mask(1, 13), PIXEL = new Mask(2, 14);

    private final Lrn lrn;
    private final int size;
    private final int pixel;
    private final int vectors;
    /** Bytes from channel to channel, and of the channels that a window has before and behind its own. */
    private final int channel;
    private final int before;
    private final int after;
    /** Bytes of a pixel in whole vectors, and of the zeros around. */
    private final int stacked;
    private final int margin;

    /** Bytes of the stack that are certainly there. */
    static final int STACK = 1 << 15;

    LrnAssembly(Lrn lrn, Isa isa) {
        this.lrn = lrn;
        this.size = lrn.op().size();
        this.pixel = lrn.channels() * lrn.lanes();
        this.vectors = Math.ceilDiv(pixel, isa.lanes());
        this.channel = Float.BYTES * lrn.lanes();
        this.before = size / 2;
        this.after = (size - 1) / 2;
        this.stacked = vectors * isa.bytes;
        this.margin = Math.ceilDiv(before * channel, isa.bytes) * isa.bytes;
    }

    /** Bytes of the stack that it takes. */
    int stack() { return lrn.dy() == 0 ? 0 : 2 * (stacked + margin); }

    @Override
    public Object form() {
        Loop rows = lrn.rows();
        return new Lrn(lrn.op(), 0, lrn.dy() == 0 ? 0 : 1, 0, new Loop(0, 0, 0), new Loop(0, rows.a(), rows.b(), rows.c()),
                lrn.w(), lrn.channels(), lrn.lanes());
    }

    @Override
    public void assemble(Assembler x) {
        boolean gradient = lrn.dy() != 0;
        int pixelBytes = Float.BYTES * pixel;
        x.load(Gp.RSI, Levels.argument(X));
        x.load(Gp.RDX, Levels.argument(DY));
        x.load(Gp.R11, Levels.argument(RESULT));
        if (gradient) {
            x.add(Gp.RSP, -stack());
            x.lea(Gp.R13, Mem.at(Gp.RSP, margin));
            x.lea(Gp.R14, Mem.at(Gp.R13, stacked + margin));
            x.zero(T);
            Zeros.clear(x, Gp.RSP, stacked + 2L * margin, T);
        }
        x.load(LAST, x.literal(pixel - 1));
        x.load(Gp.R15, Levels.argument(ROWS));
        x.loop(Gp.R15, () -> {
            x.loop(Gp.R12, lrn.w(), () -> {
                if (gradient) {
                    vectors(x, () -> shares(x));
                    vectors(x, () -> gather(x));
                } else {
                    vectors(x, () -> forward(x));
                }
                x.add(Gp.RSI, pixelBytes);
                x.add(Gp.RDX, pixelBytes);
                x.add(Gp.R11, pixelBytes);
            });
            x.add(Gp.RSI, lrn.rows().a() - (long) lrn.w() * pixelBytes);
            x.add(Gp.RDX, lrn.rows().b() - (long) lrn.w() * pixelBytes);
            x.add(Gp.R11, lrn.rows().c() - (long) lrn.w() * pixelBytes);
        });
        if (gradient) x.add(Gp.RSP, stack());
    }

    /** All vectors of a pixel: RBP counts bytes, PLACES elements, and PIXEL is the mask of the elements that there are. */
    private void vectors(Assembler x, Runnable body) {
        int[] places = new int[x.isa.lanes()];
        for (int i = 0; i < places.length; i++) places[i] = i;
        x.xor(Gp.RBP, Gp.RBP);
        x.load(PLACES, x.words(places));
        x.loop(Gp.RBX, vectors, () -> {
            x.compareUnsignedAtLeast(PIXEL, LAST, PLACES, PLACE);
            body.run();
            x.add(Gp.RBP, x.isa.bytes);
            x.op(Vector.VPADDD, PLACES, PLACES, x.literal(x.isa.lanes()));
        });
    }

    private static Mem at(Gp base) { return Mem.at(base, Gp.RBP, 1, 0); }

    /** LOW, HIGH = the denominators d, POWER and the next = d^-beta. */
    private void denominators(Assembler x) {
        x.zero(LOW);
        x.zero(HIGH);
        for (int o = -before; o <= after; o++) {
            x.op(Vector.VPADDD, PLACE, PLACES, x.literal(o * lrn.lanes()));
            // a place before the first is a large one without a sign
            x.compareUnsignedAtLeast(THERE, LAST, PLACE, T);
            x.loadMasked(A, THERE, at(Gp.RSI).plus((long) o * channel));
            halves(x, A, T);
            x.op(Vector.VFMADD231PD, LOW, T, T);
            x.op(Vector.VFMADD231PD, HIGH, A, A);
        }
        x.load(T, x.literal(lrn.op().alpha() / size));
        for (int h = 0; h < 2; h++) {
            x.op(Vector.VFMADD213PD, LOW + h, T, x.literal(lrn.op().k()));
            x.move(POWER + h, LOW + h);
        }
        for (int h = 0; h < 2; h++) {
            DoubleFunctions.log(x, POWER + h, T, A, B);
            x.op(Vector.VMULPD, POWER + h, POWER + h, x.literal(-lrn.op().beta()));
            DoubleFunctions.exp(x, DoubleFunctions.LONG, POWER + h, T, A);
        }
    }

    /** low = the lower half of s, s = the upper half, as doubles. */
    private static void halves(Assembler x, int s, int low) {
        x.widen(low, s);
        x.upper(s, s);
        x.widen(s, s);
    }

    /** y = x d^-beta. */
    private void forward(Assembler x) {
        denominators(x);
        x.loadMasked(XS, PIXEL, at(Gp.RSI));
        halves(x, XS, T);
        x.op(Vector.VMULPD, POWER, POWER, T);
        x.op(Vector.VMULPD, POWER + 1, POWER + 1, XS);
        x.narrow(POWER, POWER, POWER + 1, T);
        x.storeMasked(at(Gp.R11), PIXEL, POWER);
    }

    /** On the stack: dy d^-beta, which stays with its channel, and dy d^-beta x / d, which goes to those of the window. */
    private void shares(Assembler x) {
        denominators(x);
        x.loadMasked(DYS, PIXEL, at(Gp.RDX));
        halves(x, DYS, T);
        x.op(Vector.VMULPD, POWER, POWER, T);
        x.op(Vector.VMULPD, POWER + 1, POWER + 1, DYS);
        x.narrow(OWN, POWER, POWER + 1, T);
        x.store(at(Gp.R14), OWN);
        x.loadMasked(XS, PIXEL, at(Gp.RSI));
        halves(x, XS, T);
        x.op(Vector.VMULPD, POWER, POWER, T);
        x.op(Vector.VMULPD, POWER + 1, POWER + 1, XS);
        for (int h = 0; h < 2; h++) x.op(Vector.VDIVPD, POWER + h, POWER + h, LOW + h);
        x.narrow(POWER, POWER, POWER + 1, T);
        x.keep(POWER, PIXEL, POWER);
        x.store(at(Gp.R13), POWER);
    }

    /** dx = its own share + factor x times the sum of the others'. */
    private void gather(Assembler x) {
        x.zero(LOW);
        x.zero(HIGH);
        for (int o = -after; o <= before; o++) {
            x.load(A, at(Gp.R13).plus((long) o * channel));
            halves(x, A, T);
            x.op(Vector.VADDPD, LOW, LOW, T);
            x.op(Vector.VADDPD, HIGH, HIGH, A);
        }
        x.loadMasked(XS, PIXEL, at(Gp.RSI));
        halves(x, XS, T);
        x.op(Vector.VMULPD, LOW, LOW, T);
        x.op(Vector.VMULPD, HIGH, HIGH, XS);
        x.load(OWN, at(Gp.R14));
        halves(x, OWN, T);
        x.load(A, x.literal(-2 * lrn.op().alpha() * lrn.op().beta() / size));
        x.op(Vector.VFMADD213PD, LOW, A, T);
        x.op(Vector.VFMADD213PD, HIGH, A, OWN);
        x.narrow(LOW, LOW, HIGH, T);
        x.storeMasked(at(Gp.R11), PIXEL, LOW);
    }

    @Override
    public long[][] rows() {
        Loop images = lrn.blocks(), rows = lrn.rows();
        int parts = Math.min(rows.count(), Math.ceilDiv(ENOUGH, images.count()));
        while (rows.count() % parts != 0) parts--;
        int chunk = rows.count() / parts;
        var all = new ArrayList<long[]>();
        for (int n = 0; n < images.count(); n++)
            for (int first = 0; first < rows.count(); first += chunk)
                all.add(new long[] {lrn.x() + n * images.a() + first * rows.a(), lrn.dy() + n * images.b() + first * rows.b(),
                        lrn.result() + n * images.c() + first * rows.c(), chunk});
        return all.toArray(long[][]::new);
    }

    @Override
    public int images() { return lrn.blocks().count(); }
}
