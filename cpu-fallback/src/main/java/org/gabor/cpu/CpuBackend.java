package org.gabor.cpu;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.gabor.compile.Plan;
import org.gabor.compile.Rules;
import org.gabor.graph.TensorType;
import org.gabor.spi.Backend;
import org.gabor.spi.DeviceInfo;
import org.gabor.spi.Executable;
import org.gabor.spi.Peak;
import org.gabor.spi.Tensor;

/** The processor as a device: memory of the C library, a pool of threads, kernels in machine code or in Java. */
final class CpuBackend implements Backend {
    static final String NAME = "cpu";

    private final Workers workers;
    private final ChosenEmitter chosen;
    private final DeviceInfo info;
    private final CpuRules rules = new CpuRules();
    private final Set<Allocation> allocations = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    CpuBackend(int threads) {
        this(threads, ChosenEmitter.choose());
    }

    CpuBackend(int threads, ChosenEmitter chosen) {
        this.chosen = chosen;
        this.workers = new Workers(threads);
        this.info = describe(threads, chosen);
    }

    private static DeviceInfo describe(int threads, ChosenEmitter chosen) {
        var details = new LinkedHashMap<String, String>();
        details.put("processor", Processor.model());
        details.put("threads", Integer.toString(threads));
        details.put("kernels", chosen.emitter().label());
        details.put("precision", "fp32");
        details.put("deterministic", "always");
        if (chosen.reason() != null) details.put("no machine code", chosen.reason());
        String count = threads == 1 ? "1 thread" : threads + " threads";
        return new DeviceInfo(Processor.model() + ", " + count + ", " + chosen.description(), details);
    }

    @Override
    public String name() { return NAME; }

    @Override
    public DeviceInfo info() { return info; }

    @Override
    public Rules rules() { return rules; }

    @Override
    public Tensor allocate(TensorType type) {
        checkOpen();
        var memory = new Allocation(OffHeap.allocate(type.bytes(), "a tensor of " + type), false);
        return new CpuTensor(this, type, memory, 0, true);
    }

    @Override
    public Executable compile(Plan plan, Map<String, Tensor> parameters) {
        checkOpen();
        var arena = new Allocation(OffHeap.allocate(plan.arenaBytes(), "the arena of a plan"), true);
        try {
            return CpuExecutable.compile(this, workers, chosen.emitter(), plan, parameters, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public Peak peak() {
        checkOpen();
        return PeakMeasurement.of(workers);
    }

    @Override
    public Live live() {
        int tensors = 0, executables = 0;
        long bytes = 0;
        for (Allocation a : allocations) {
            if (a.arena) executables++;
            else tensors++;
            bytes += a.memory.bytes();
        }
        return new Live(tensors, executables, bytes);
    }

    @Override
    public void close() {
        closed = true;
        workers.close();
        List.copyOf(allocations).forEach(Allocation::close);
    }

    private void checkOpen() {
        if (closed) throw new IllegalStateException("the CPU backend is closed");
    }

    /** Memory that somebody holds: of a tensor, or the arena of an executable. */
    final class Allocation implements AutoCloseable {
        private final OffHeap memory;
        private final boolean arena;
        private Runnable further = () -> {};

        private Allocation(OffHeap memory, boolean arena) {
            this.memory = memory;
            this.arena = arena;
            allocations.add(this);
        }

        /** Where it starts. */
        long address() {
            checkHeld();
            return memory.address();
        }

        void checkHeld() {
            if (!allocations.contains(this))
                throw new IllegalStateException("cpu: this " + (arena ? "executable" : "tensor") + " is closed");
        }

        /** Something more to give back with it. */
        void onClose(Runnable release) { further = release; }

        /** Gives it back. Can be called twice. */
        @Override
        public void close() {
            if (!allocations.remove(this)) return;
            memory.free();
            further.run();
        }
    }
}
