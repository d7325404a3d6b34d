package org.gabor.cpu;

import java.util.List;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Loop;
import org.gabor.graph.TensorType;

/** The sums of a filter gradient: one for each of a few parts of the images, which are added in order at the end. */
final class FilterSums {
    /** Parts at most; fixed, so that results are. */
    private static final int PARTS = 8;
    /** Bytes of all parts, about: large filters have work enough to share out without. */
    private static final long BYTES = 1 << 22;

    final int parts;
    /** Blocks of images of a part. */
    final int blocks;
    /** Address of the first part's sums. */
    final long address;
    /** Bytes of a part's sums. */
    final long bytes;

    /** The sums of {@code dw} over {@code blocks} blocks of images; a single part in dense order needs no memory. */
    FilterSums(CpuLowering to, Stored dw, int blocks, boolean dense) {
        this.bytes = dw.type().bytes();
        this.parts = parts(bytes, blocks);
        this.blocks = blocks / parts;
        this.address = dense && parts == 1 ? dw.address() : to.workspace(parts * bytes);
    }

    /** Scratch memory that they need. */
    static long workspace(TensorType dw, int blocks, boolean dense) {
        int parts = parts(dw.bytes(), blocks);
        return dense && parts == 1 ? 0 : parts * dw.bytes();
    }

    private static int parts(long bytes, int blocks) {
        return Loop.largestDivisor(blocks, Math.clamp(BYTES / bytes, 1, PARTS));
    }

    /** Adds the parts, which are in dense order, to {@code dw}. */
    void addTo(CpuLowering to, Stored dw) {
        if (address != dw.address()) add(to, dw.address());
    }

    /** Adds the parts and moves the sums to their places: steps of sums (a) and of the result (b). */
    void unpackTo(CpuLowering to, Stored dw, List<Loop> loops) {
        if (parts > 1) add(to, address);
        to.add(new Copy(address, dw.address(), loops, Float.BYTES));
    }

    private void add(CpuLowering to, long result) {
        var code = new Code(Math.toIntExact(bytes / Float.BYTES));
        int sum = code.load(code.operand(address));
        for (int p = 1; p < parts; p++) sum = code.add(sum, code.load(code.operand(address + p * bytes)));
        code.store(sum, code.operand(result));
        to.add(code.kernel(0));
    }
}
