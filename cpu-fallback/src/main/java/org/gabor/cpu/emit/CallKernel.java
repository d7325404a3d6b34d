package org.gabor.cpu.emit;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.cpu.kernel.Call;

/** A user's operation, on one thread: it is not known how it could be cut. */
final class CallKernel implements Kernel {
    private final Call call;
    private final List<MemorySegment> inputs;
    private final MemorySegment result;

    CallKernel(Call call) {
        this.call = call;
        this.inputs = IntStream.range(0, call.inputs().size())
                .mapToObj(i -> Memory.segment(call.inputs().get(i), call.types().get(i).bytes()).asReadOnly()).toList();
        this.result = Memory.segment(call.result(), call.type().bytes());
    }

    @Override
    public int blocks() { return 1; }

    @Override
    public void run(Scratch scratch, int block) { call.op().compute(inputs, call.types(), result); }
}
