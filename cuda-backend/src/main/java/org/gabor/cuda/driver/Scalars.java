package org.gabor.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The factors of C = alpha A B + beta C, where cuDNN and cuBLAS read them: in memory of the host, during the call. One pair
 * for each handle, set before each call.
 */
public final class Scalars {
    private final MemorySegment memory;
    private final Address.Host alpha, beta;

    /** A pair that lives as long as the arena. */
    public Scalars(Arena arena) {
        memory = arena.allocate(ValueLayout.JAVA_FLOAT, 2);
        alpha = new Address.Host(memory.address());
        beta = new Address.Host(memory.address() + Float.BYTES);
    }

    /** Sets both. */
    public void set(float alpha, float beta) {
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, 0, alpha);
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, 1, beta);
    }

    /** Where the factor of the product lies. */
    public Address.Host alpha() { return alpha; }

    /** Where the factor of what was there lies. */
    public Address.Host beta() { return beta; }
}
