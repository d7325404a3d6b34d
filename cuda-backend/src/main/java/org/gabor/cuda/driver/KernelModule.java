package org.gabor.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.gabor.DeviceException;

/** Kernels that were loaded together. The driver compiles PTX for its device, and keeps the result on disk. */
public final class KernelModule extends Resource {
    private static final int LOG_BYTES = 8192;

    private final String name;
    private final CUmodule handle;

    KernelModule(Context context, String name, byte[] image) {
        this(context, name, load(context, name, image));
    }

    private KernelModule(Context context, String name, CUmodule handle) {
        super(context, Kind.MODULE);
        this.name = name;
        this.handle = handle;
    }

    private static CUmodule load(Context context, String name, byte[] image) {
        context.enter();
        var handle = new CUmodule();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(image.length + 1L, Long.BYTES);
            text.copyFrom(MemorySegment.ofArray(image));
            MemorySegment log = arena.allocate(LOG_BYTES, Long.BYTES);
            MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, log.address(), LOG_BYTES);
            int[] options = {CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
            int result = JCudaDriver.cuModuleLoadDataEx(handle, new Address.Host(text.address()), options.length, options,
                    new Address.Host(values.address()));
            String said = log.getString(0, StandardCharsets.UTF_8).strip();
            if (result != CUresult.CUDA_SUCCESS)
                context.check(result, "cuModuleLoadDataEx of " + name + (said.isEmpty() ? "" : ", saying: " + said));
        }
        return handle;
    }

    /**
     * A kernel by the name it has in the source ({@code extern "C"}).
     *
     * @throws DeviceException if there is none of that name
     */
    public Kernel kernel(String kernel) {
        use();
        var function = new CUfunction();
        context().check(JCudaDriver.cuModuleGetFunction(function, handle, kernel),
                "cuModuleGetFunction of " + kernel + " in " + name);
        return new Kernel(this, kernel, function);
    }

    void inUse() { use(); }

    @Override
    protected void free() { context().check(JCudaDriver.cuModuleUnload(handle), "cuModuleUnload"); }
}
