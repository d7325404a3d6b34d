package org.gabor.cuda.driver;

import java.lang.foreign.Arena;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.JCudaDriver;

/** A function of a module, to be launched. It lives as long as its module. */
public final class Kernel {
    private final KernelModule module;
    private final String name;
    private final CUfunction handle;

    /**
     * What it needs of the device.
     *
     * @param maxThreads  threads a block can have
     * @param registers   registers of one thread
     * @param sharedBytes shared memory that is declared, without what a launch adds
     * @param localBytes  memory of a thread that did not fit into registers
     */
    public record Attributes(int maxThreads, int registers, int sharedBytes, int localBytes) {}

    Kernel(KernelModule module, String name, CUfunction handle) {
        this.module = module;
        this.name = name;
        this.handle = handle;
    }

    /** Its name. */
    public String name() { return name; }

    Context context() { return module.context(); }

    CUfunction handle() {
        module.inUse();
        return handle;
    }

    /** What it needs. */
    public Attributes attributes() {
        return new Attributes(attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
                attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS),
                attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES),
                attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES));
    }

    private int attribute(int attribute) {
        var value = new int[1];
        context().check(JCudaDriver.cuFuncGetAttribute(value, attribute, handle()), "cuFuncGetAttribute of " + name);
        return value[0];
    }

    /** Lets a launch add so many bytes of shared memory; needed for more than 48 KiB, up to {@link Gpu#sharedPerBlock}. */
    public void allowShared(int bytes) {
        context().check(JCudaDriver.cuFuncSetAttribute(handle(),
                CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes), "cuFuncSetAttribute of " + name);
    }

    /** Blocks of so many threads that one multiprocessor runs at a time. */
    public int blocksPerMultiprocessor(int threads, int sharedBytes) {
        var blocks = new int[1];
        context().check(JCudaDriver.cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, handle(), threads, sharedBytes),
                "cuOccupancyMaxActiveBlocksPerMultiprocessor of " + name);
        return blocks[0];
    }

    /**
     * Begins to describe a launch.
     *
     * @param arena where the arguments lie; it must live as long as the launch is run
     */
    public Launch.Builder launch(Arena arena) { return new Launch.Builder(this, arena); }
}
