package org.gabor.cuda.driver;

/**
 * A device, and what is asked of it before work is sized.
 *
 * @param ordinal         its place in the driver's list
 * @param name            the name it gives itself
 * @param major           compute capability, before the point
 * @param minor           compute capability, after the point
 * @param multiprocessors streaming multiprocessors
 * @param memory          bytes of device memory
 * @param sharedPerBlock  bytes of shared memory that one block can have if its kernel asks for them
 */
public record Gpu(int ordinal, String name, int major, int minor, int multiprocessors, long memory,
        int sharedPerBlock) {
    /** True if tensor cores take TF32 and bf16, from compute capability 8.0. */
    public boolean hasBfloat16() { return major >= 8; }

    @Override
    public String toString() { return "GPU " + ordinal + " (" + name + ")"; }
}
