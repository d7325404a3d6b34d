package org.gabor.cpu.emit;

import java.util.List;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Instruction;
import org.gabor.cpu.kernel.Pointwise.Instruction.Apply;
import org.gabor.cpu.kernel.Pointwise.Instruction.Combine;
import org.gabor.cpu.kernel.Pointwise.Instruction.Fill;
import org.gabor.cpu.kernel.Pointwise.Instruction.Load;
import org.gabor.cpu.kernel.Pointwise.Instruction.Store;
import org.gabor.cpu.kernel.Pointwise.Operand;
import org.gabor.cpu.kernel.Pointwise.Source;

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
            for (Instruction i : code) step(i, r, run, first, n);
        }
    }

    private void step(Instruction instruction, float[][] r, long run, int first, int n) {
        switch (instruction) {
            case Load l -> load(operands[l.operand()], run, first, r[l.register()], n);
            case Store s -> Memory.store(r[s.register()], 0, address(operands[s.operand()], run) + 4L * first, n);
            case Fill f -> java.util.Arrays.fill(r[f.register()], 0, n, single(f.source(), run));
            case Apply a -> {
                switch (a.f()) {
                    case RELU -> Elementwise.relu(n, r[a.register()], r[a.x()]);
                    case TANH -> Elementwise.tanh(n, r[a.register()], r[a.x()]);
                }
            }
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
            case RELU_SLOPE -> Elementwise.reluSlope(n, y, a, b);
            case TANH_SLOPE -> Elementwise.tanhSlope(n, y, a, b);
        }
    }

    private static void combine(Combine c, int n, float[] y, float[] a, float b) {
        switch (c.f()) {
            case ADD -> Elementwise.add(n, y, a, b);
            case SUB -> Elementwise.sub(n, y, a, b);
            case MUL -> Elementwise.mul(n, y, a, b);
            case RELU_SLOPE, TANH_SLOPE -> throw new IllegalStateException(c + " of one number");
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
        if (x.element() == Element.F32) Memory.load(address + 4L * first, target, 0, n);
        else for (int i = 0; i < n; i++) target[i] = Memory.u8(address + first + i) & 0xff;
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
