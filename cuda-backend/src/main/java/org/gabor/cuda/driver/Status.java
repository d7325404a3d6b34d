package org.gabor.cuda.driver;

import java.util.Set;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** What the driver's result codes mean. */
final class Status {
    /** After these every later call fails as well, until the process ends. */
    private static final Set<Integer> FATAL = Set.of(CUresult.CUDA_ERROR_DEINITIALIZED,
            CUresult.CUDA_ERROR_ECC_UNCORRECTABLE, CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
            CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
            CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED, CUresult.CUDA_ERROR_ASSERT,
            CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR, CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
            CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
            CUresult.CUDA_ERROR_INVALID_PC, CUresult.CUDA_ERROR_LAUNCH_FAILED, CUresult.CUDA_ERROR_UNKNOWN,
            // Newer than JCuda: the device was contained after an uncorrectable error, tensor memory was not given back.
            721, 723);

    private Status() {}

    static boolean isFatal(int result) { return FATAL.contains(result); }

    static boolean isOutOfMemory(int result) { return result == CUresult.CUDA_ERROR_OUT_OF_MEMORY; }

    /** {@code CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered}, in the driver's words. */
    static String text(int result) {
        var name = new String[1];
        var text = new String[1];
        if (JCudaDriver.cuGetErrorName(result, name) != CUresult.CUDA_SUCCESS || name[0] == null)
            return "error " + result;
        JCudaDriver.cuGetErrorString(result, text);
        return name[0] + " (" + result + ")" + (text[0] == null ? "" : ": " + text[0]);
    }
}
