package org.gabor.cpu.emit;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Loop;

/** A copy in Java: the two innermost loops are a unit, units are shared out. */
final class CopyKernel implements Kernel {
    /** Elements of a block of work, about. */
    private static final int GRAIN = 1 << 13;

    private final Copy copy;
    private final List<Loop> around;
    private final Loop outer;
    private final Loop inner;
    private final int units;
    private final int unitsPerBlock;

    CopyKernel(Copy copy) {
        this.copy = copy;
        var loops = new ArrayList<>(Loop.merged(copy.loops()));
        this.inner = loops.isEmpty() ? new Loop(1, copy.bytes(), copy.bytes()) : loops.removeLast();
        this.outer = loops.isEmpty() ? new Loop(1, 0, 0) : loops.removeLast();
        this.around = List.copyOf(loops);
        this.units = Loop.turns(around);
        this.unitsPerBlock = (int) Math.max(1, GRAIN / ((long) inner.count() * outer.count()));
    }

    @Override
    public int blocks() { return Math.ceilDiv(units, unitsPerBlock); }

    @Override
    public void run(Scratch scratch, int block) {
        int end = Math.min(units, (block + 1) * unitsPerBlock);
        for (int unit = block * unitsPerBlock; unit < end; unit++) {
            long source = copy.source(), target = copy.target();
            int rest = unit;
            for (int i = around.size() - 1; i >= 0; i--) {
                Loop l = around.get(i);
                int turn = rest % l.count();
                rest /= l.count();
                source += turn * l.a();
                target += turn * l.b();
            }
            for (int i = 0; i < outer.count(); i++) move(source + i * outer.a(), target + i * outer.b());
        }
    }

    private void move(long source, long target) {
        int n = inner.count();
        if (inner.a() == copy.bytes() && inner.b() == copy.bytes()) Memory.copy(source, target, (long) n * copy.bytes());
        else if (copy.bytes() == 4) words(source, target, n, inner.a(), inner.b());
        else bytes(source, target, n, inner.a(), inner.b());
    }

    private static void words(long source, long target, int n, long a, long b) {
        for (int i = 0; i < n; i++) Memory.i32(target + i * b, Memory.i32(source + i * a));
    }

    private static void bytes(long source, long target, int n, long a, long b) {
        for (int i = 0; i < n; i++) Memory.u8(target + i * b, Memory.u8(source + i * a));
    }
}
