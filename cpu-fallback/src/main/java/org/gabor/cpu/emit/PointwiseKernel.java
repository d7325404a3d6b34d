package org.gabor.cpu.emit;

import java.util.Arrays;
import java.util.List;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Pointwise.Along;
import org.gabor.cpu.kernel.Pointwise.Draws;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Instruction;
import org.gabor.cpu.kernel.Pointwise.Instruction.Apply;
import org.gabor.cpu.kernel.Pointwise.Instruction.Combine;
import org.gabor.cpu.kernel.Pointwise.Instruction.Drop;
import org.gabor.cpu.kernel.Pointwise.Instruction.Fill;
import org.gabor.cpu.kernel.Pointwise.Instruction.Load;
import org.gabor.cpu.kernel.Pointwise.Instruction.Root;
import org.gabor.cpu.kernel.Pointwise.Instruction.Slope;
import org.gabor.cpu.kernel.Pointwise.Instruction.Store;
import org.gabor.cpu.kernel.Pointwise.Operand;
import org.gabor.cpu.kernel.Pointwise.Source;
import org.gabor.graph.Pointwise.Dropout;
import org.gabor.random.Philox;

/** A chain in Java: instruction by instruction on pieces of a run that fit the first-level cache. */
final class PointwiseKernel implements Kernel {
    /** Elements of a block of work, about. */
    private static final int GRAIN = 1 << 14;

    private final Pointwise p;
    private final Operand[] operands;
    private final Instruction[] code;
    private final int registers;
    private final int pieces;
    private final long items;
    private final int itemsPerBlock;

    PointwiseKernel(Pointwise p) {
        this.p = p;
        this.operands = p.operands().toArray(Operand[]::new);
        this.code = p.code().toArray(Instruction[]::new);
        this.registers = p.registers();
        this.pieces = Math.ceilDiv(p.run(), Scratch.WIDTH);
        long runs = 1;
        for (int count : p.counts()) runs *= count;
        this.items = runs * pieces;
        this.itemsPerBlock = Math.max(1, GRAIN / Math.min(p.run(), Scratch.WIDTH));
    }

    @Override
    public int blocks() { return Math.toIntExact(Math.ceilDiv(items, itemsPerBlock)); }

    @Override
    public void run(Scratch scratch, int block) {
        if (p.guard() != 0 && Memory.i32(p.guard()) != 0) return;
        float[][] r = scratch.registers(registers);
        long end = Math.min(items, (block + 1L) * itemsPerBlock);
        for (long item = (long) block * itemsPerBlock; item < end; item++) {
            int first = (int) (item % pieces) * Scratch.WIDTH;
            int n = Math.min(Scratch.WIDTH, p.run() - first);
            long run = item / pieces;
            for (Instruction i : code) step(i, scratch, r, run, first, n);
        }
    }

    private void step(Instruction instruction, Scratch scratch, float[][] r, long run, int first, int n) {
        switch (instruction) {
            case Load l -> load(operands[l.operand()], run, first, r[l.register()], n);
            case Store s -> Memory.store(r[s.register()], 0, address(operands[s.operand()], run) + 4L * first, n);
            case Fill f -> Arrays.fill(r[f.register()], 0, n, single(f.source(), run));
            case Apply a -> Functions.apply(a.f(), n, r[a.register()], r[a.x()], scratch);
            case Slope d -> Functions.slope(d.f(), n, r[d.register()], r[d.v()], r[d.dy()], scratch);
            case Root root -> Elementwise.root(n, r[root.register()], r[root.x()]);
            case Drop d -> drop(d.draws(), scratch, run * p.run() + first, n, r[d.register()], r[d.x()]);
            case Combine c -> {
                float[] y = r[c.register()], a = r[c.x()];
                if (c.y() instanceof Source.Register b) combine(c, n, y, a, r[b.index()]);
                else combine(c, n, y, a, single(c.y(), run));
            }
        }
    }

    private static void combine(Combine c, int n, float[] y, float[] a, float[] b) {
        switch (c.f()) {
            case ADD -> Elementwise.add(n, y, a, b);
            case SUB -> Elementwise.sub(n, y, a, b);
            case MUL -> Elementwise.mul(n, y, a, b);
            case DIV -> Elementwise.div(n, y, a, b);
            case MIN -> Elementwise.min(n, y, a, b);
            case MAX -> Elementwise.max(n, y, a, b);
        }
    }

    private static void combine(Combine c, int n, float[] y, float[] a, float b) {
        switch (c.f()) {
            case ADD -> Elementwise.add(n, y, a, b);
            case SUB -> Elementwise.sub(n, y, a, b);
            case MUL -> Elementwise.mul(n, y, a, b);
            case DIV -> Elementwise.div(n, y, a, b);
            case MIN -> Elementwise.min(n, y, a, b);
            case MAX -> Elementwise.max(n, y, a, b);
        }
    }

    private float single(Source source, long run) {
        return switch (source) {
            case Source.Single s -> Memory.f32(address(operands[s.operand()], run));
            case Source.Constant c -> c.value();
            case Source.Register _ -> throw new IllegalStateException("a register is not one number");
        };
    }

    private void load(Operand x, long run, int first, float[] target, int n) {
        long address = address(x, run);
        if (!x.wide()) spread(address, x.along(), first, target, n);
        else if (x.element() == Element.F32) Memory.load(address + 4L * first, target, 0, n);
        else for (int i = 0; i < n; i++) target[i] = Memory.u8(address + first + i) & 0xff;
    }

    /** Lane by lane, channel by channel, pixel by pixel. */
    private static void spread(long address, Along along, int first, float[] target, int n) {
        int lane = first % along.lanes(), channel = first / along.lanes() % along.channels();
        long pixel = address + first / along.period() * along.pixel();
        boolean row = along.lanes() == 1 && along.channel() == Float.BYTES;
        for (int i = 0; i < n;) {
            long at = pixel + channel * along.channel();
            int end = Math.min(n, row ? i + along.channels() - channel : i + along.lanes() - lane);
            if (row) {
                Memory.load(at, target, i, end - i);
                channel = along.channels();
            } else if (along.lane() == 0) {
                Arrays.fill(target, i, end, Memory.f32(at));
                channel++;
            } else {
                for (int j = i; j < end; j++) target[j] = Memory.f32(at + (lane + j - i) * along.lane());
                channel++;
            }
            i = end;
            lane = 0;
            if (channel < along.channels()) continue;
            channel = 0;
            pixel += along.pixel();
        }
    }

    /** Elements from the {@code first} one of the walk on, channel by channel, since four pixels of one share a draw. */
    private static void drop(Draws d, Scratch scratch, long first, int n, float[] y, float[] x) {
        int[] words = scratch.words;
        int low = Memory.i32(d.seed()), high = Memory.i32(d.seed() + 4), step = Memory.i32(d.step());
        int epoch = Memory.i32(d.epoch()), stream = d.op().stream(), pixel = d.channels() * d.lanes();
        int threshold = Dropout.threshold(d.op().rate()) + Integer.MIN_VALUE;
        float scale = (float) (1 / (1 - d.op().rate()));
        for (int i = 0; i < Math.min(pixel, n); i++) {
            long lane = (first + i) % d.lanes(), drawn = -1;
            for (int j = i; j < n; j += pixel) {
                long at = (first + j) / d.lanes(), image = at / d.image() * d.lanes() + lane, element = at % d.image();
                long index = image * d.image() + element % d.channels() * (d.image() / d.channels()) + element / d.channels();
                if (index >>> 2 != drawn) {
                    drawn = index >>> 2;
                    Philox.block(low, high, (int) drawn, step, epoch, stream, words);
                }
                boolean kept = words[(int) index & 3] + Integer.MIN_VALUE >= threshold;
                y[j] = kept ? x[j] * scale : 0;
            }
        }
    }

    private long address(Operand x, long run) {
        List<Integer> counts = p.counts();
        long address = x.address();
        for (int i = counts.size() - 1; i >= 0; i--) {
            int count = counts.get(i);
            address += run % count * x.strides().get(i);
            run /= count;
        }
        return address;
    }
}
