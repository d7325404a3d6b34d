package org.gabor.cpu.emit;

import java.util.List;
import org.gabor.cpu.kernel.Description;

/** Makes kernels of descriptions. */
public interface Emitter {
    /** How a run calls it: Java, AVX2, AVX-512. */
    String label();

    /** A kernel for each description, in order. */
    Program emit(List<Description> descriptions);
}
