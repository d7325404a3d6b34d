package org.gabor.cpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Pointwise.Along;
import org.gabor.cpu.kernel.Pointwise.Draws;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Instruction;
import org.gabor.cpu.kernel.Pointwise.Operand;
import org.gabor.cpu.kernel.Pointwise.Operator;
import org.gabor.cpu.kernel.Pointwise.Source;
import org.gabor.graph.Activation;

/** Writes the code of a pointwise kernel. What computes a value returns the number of its register. */
final class Code {
    private final List<Integer> counts;
    /** Outer loops that are never made part of the run. */
    private final int kept;
    private final int run;
    private final List<Operand> operands = new ArrayList<>();
    private final List<Instruction> code = new ArrayList<>();
    private int registers;

    /** Code for {@code run} elements. */
    Code(int run) {
        this(List.of(), run);
    }

    /** Code for runs within loops, the innermost last. */
    Code(List<Integer> counts, int run) {
        this(counts, 0, run);
    }

    /** Code for the lines of images: what an image needs is done image by image. */
    static Code ofImages(Stored x) {
        return new Code(List.of(x.blocks(), x.shape().h()), 1, x.shape().w() * x.shape().c() * x.lanes());
    }

    private Code(List<Integer> counts, int kept, int run) {
        this.counts = List.copyOf(counts);
        this.kept = kept;
        this.run = run;
    }

    /** An operand of floats for code without loops. */
    int operand(long address) { return operand(address, Element.F32, List.of()); }

    /** An operand with an element for every one of a run. */
    int operand(long address, Element element, List<Long> strides) {
        return add(new Operand(address, element, Along.wide(element), strides));
    }

    /** An operand of floats that follows a run in its own way. */
    int operand(long address, Along along, List<Long> strides) {
        return add(new Operand(address, Element.F32, along.simple(), strides));
    }

    /** An operand with one float for all loops. */
    int single(long address) { return single(address, Collections.nCopies(counts.size(), 0L)); }

    /** An operand with one float for a run. */
    int single(long address, List<Long> strides) { return operand(address, Along.SINGLE, strides); }

    private int add(Operand operand) {
        operands.add(operand);
        return operands.size() - 1;
    }

    int load(int operand) {
        code.add(new Instruction.Load(registers, operand));
        return registers++;
    }

    void store(int register, int operand) { code.add(new Instruction.Store(register, operand)); }

    int fill(Source source) {
        code.add(new Instruction.Fill(registers, source));
        return registers++;
    }

    int apply(Activation f, int x) {
        code.add(new Instruction.Apply(f, registers, x));
        return registers++;
    }

    int slope(Activation f, int v, int dy) {
        code.add(new Instruction.Slope(f, registers, v, dy));
        return registers++;
    }

    int root(int x) {
        code.add(new Instruction.Root(registers, x));
        return registers++;
    }

    int drop(int x, Draws draws) {
        code.add(new Instruction.Drop(registers, x, draws));
        return registers++;
    }

    int combine(Operator f, int x, Source y) {
        code.add(new Instruction.Combine(f, registers, x, y));
        return registers++;
    }

    int add(int x, int y) { return combine(Operator.ADD, x, new Source.Register(y)); }

    int minus(int x, int y) { return combine(Operator.SUB, x, new Source.Register(y)); }

    int times(int x, int y) { return combine(Operator.MUL, x, new Source.Register(y)); }

    int over(int x, int y) { return combine(Operator.DIV, x, new Source.Register(y)); }

    int plus(int x, double term) { return combine(Operator.ADD, x, new Source.Constant((float) term)); }

    int times(int x, double factor) { return combine(Operator.MUL, x, new Source.Constant((float) factor)); }

    int timesSingle(int x, int operand) { return combine(Operator.MUL, x, new Source.Single(operand)); }

    /** The kernel, with loops over memory without gaps made part of the run; {@code guard} is 0 for none. */
    Pointwise kernel(long guard) {
        int loops = counts.size();
        long longRun = run;
        while (loops > kept && isRun(loops - 1, longRun) && longRun * counts.get(loops - 1) <= Integer.MAX_VALUE)
            longRun *= counts.get(--loops);
        int left = loops;
        List<Operand> walked = operands.stream()
                .map(o -> new Operand(o.address(), o.element(), o.along(), o.strides().subList(0, left))).toList();
        return new Pointwise(counts.subList(0, left), (int) longRun, walked, code, guard);
    }

    private boolean isRun(int loop, long length) {
        if (counts.get(loop) == 1) return true;
        for (Operand o : operands)
            if (o.strides().get(loop) != length / o.along().period() * o.along().pixel()) return false;
        return true;
    }
}
