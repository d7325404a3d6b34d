package org.gabor.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.gabor.compile.Plan;
import org.gabor.compile.Rules;
import org.gabor.cuda.blas.Blas;
import org.gabor.cuda.dnn.Dnn;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.DeviceBuffer;
import org.gabor.cuda.driver.Stream;
import org.gabor.graph.DType;
import org.gabor.graph.TensorType;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Closing;
import org.gabor.spi.DeviceInfo;
import org.gabor.spi.Executable;
import org.gabor.spi.Peak;
import org.gabor.spi.Precision;
import org.gabor.spi.Tensor;

/** A GPU as a device: its memory, a stream that computes and one that copies, cuDNN, cuBLAS and our own kernels. */
final class CudaBackend implements Backend {
    static final String NAME = "cuda";
    /** A convolution may take one part in so many of the device's memory for itself while it runs. */
    private static final int SCRATCH_SHARE = 16;

    private final Context context;
    private final Stream compute;
    private final Stream copying;
    private final Solver solver;
    private final Multiplier multiplier;
    private final Kernels kernels;
    private final CudaRules rules;
    private final BackendOptions options;
    private final Set<Allocation> allocations = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Takes the context over, and closes it if it cannot be used. */
    CudaBackend(Context context, BackendOptions options) {
        this.context = context;
        this.options = options;
        try {
            this.compute = context.stream();
            this.copying = context.stream();
            boolean tf32 = options.precision() == Precision.TF32;
            long scratch = context.gpu().memory() / SCRATCH_SHARE;
            this.solver = new Solver(new Dnn(compute), tf32, options.deterministic(), scratch);
            this.multiplier = new Multiplier(new Blas(compute), tf32);
        } catch (RuntimeException e) {
            throw Closing.after(e, List.of(context));
        }
        this.kernels = new Kernels(context);
        this.rules = new CudaRules(solver, options.precision() == Precision.BF16 ? DType.BF16 : DType.F32);
    }

    @Override
    public String name() { return NAME; }

    @Override
    public DeviceInfo info() { return GpuInfo.describe(context.gpu(), context.libraries(), options); }

    @Override
    public Rules rules() { return rules; }

    @Override
    public void repeat(Map<String, String> algorithms) { solver.repeat(algorithms); }

    Context context() { return context; }

    Stream compute() { return compute; }

    Solver solver() { return solver; }

    Multiplier multiplier() { return multiplier; }

    Kernels kernels() { return kernels; }

    @Override
    public Tensor allocate(TensorType type) {
        checkOpen();
        var memory = new Allocation(type.bytes(), false);
        try {
            compute.zero(memory.address(), type.bytes());
        } catch (RuntimeException e) {
            throw Closing.after(e, List.of(memory));
        }
        return new CudaTensor(this, type, memory, 0, true);
    }

    @Override
    public Executable compile(Plan plan, Map<String, Tensor> parameters) {
        checkOpen();
        var memory = new Allocation(plan.arenaBytes(), true);
        try {
            return CudaExecutable.compile(this, plan, parameters, memory);
        } catch (RuntimeException | Error e) {
            Closing.after(e, List.of(memory));
            throw e;
        }
    }

    @Override
    public OptionalLong freeBytes() {
        context.trim();
        return OptionalLong.of(context.memory().free());
    }

    /** Half of what is free: the other half is for the network. */
    @Override
    public long residentBytes() { return context.memory().free() / 2; }

    @Override
    public Peak peak() {
        checkOpen();
        return PeakMeasurement.of(this);
    }

    @Override
    public Live live() {
        int tensors = 0, executables = 0;
        long bytes = 0;
        for (Allocation a : allocations) {
            if (a.executable) executables++;
            else tensors++;
            bytes += a.bytes;
        }
        return new Live(tensors, executables, bytes);
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        var all = new ArrayList<AutoCloseable>(allocations);
        all.add(context);
        Closing.all(all);
    }

    private void checkOpen() {
        if (closed) throw new IllegalStateException("the CUDA backend is closed");
    }

    /** Device memory that somebody holds, and what goes with it: of a tensor, or of an executable. */
    final class Allocation implements AutoCloseable {
        private final DeviceBuffer buffer;
        private final boolean executable;
        private final List<AutoCloseable> further = new ArrayList<>();
        private long bytes;

        private Allocation(long bytes, boolean executable) {
            this.buffer = context.allocate(bytes);
            this.bytes = bytes;
            this.executable = executable;
            allocations.add(this);
        }

        /** Where it starts. */
        long address() {
            if (!allocations.contains(this))
                throw new IllegalStateException("cuda: this " + (executable ? "executable" : "tensor") + " is closed");
            return buffer.address();
        }

        /** Something more that is given back with it. */
        <T> T owned(T resource, Consumer<T> release) {
            further.addFirst(() -> release.accept(resource));
            return resource;
        }

        /** Puts constants on the device. */
        long constant(byte[] values) {
            DeviceBuffer constant = owned(context.allocate(values.length), DeviceBuffer::close);
            bytes += values.length;
            compute.upload(constant.address(), MemorySegment.ofArray(values));
            return constant.address();
        }

        /** Makes an input that the host can feed while the device computes. */
        Tensor fed(CudaTensor input) { return owned(new FedTensor(input, context, copying, compute), FedTensor::release); }

        /** Waits for the device, and gives it back. Can be called twice. */
        @Override
        public void close() {
            if (!allocations.remove(this)) return;
            if (executable && !context.isLost()) further.addFirst(context::synchronize);
            further.add(buffer);
            Closing.all(further);
        }
    }
}
