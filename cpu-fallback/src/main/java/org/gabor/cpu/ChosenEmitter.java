package org.gabor.cpu;

import org.gabor.UsageException;
import org.gabor.cpu.assemble.AssembledEmitter;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.JavaEmitter;
import org.jspecify.annotations.Nullable;

/**
 * Who makes the kernels. The system property {@value #PROPERTY} asks for {@code avx512}, {@code avx2} or {@code java};
 * without it the best that the machine has is taken. Where machine code cannot run, Java takes over.
 *
 * @param emitter makes them
 * @param reason why it is not the one that was asked for or would be best, or null if it is
 */
record ChosenEmitter(Emitter emitter, @Nullable String reason) {
    static final String PROPERTY = "gabor.cpu.emitter";

    static ChosenEmitter choose() {
        String wanted = System.getProperty(PROPERTY);
        if (wanted != null && wanted.equals("java")) return new ChosenEmitter(new JavaEmitter(), null);
        if (wanted != null && !wanted.equals("avx512") && !wanted.equals("avx2"))
            throw new UsageException("-D" + PROPERTY + "=" + wanted + ": expected avx512, avx2 or java");
        try {
            return new ChosenEmitter(AssembledEmitter.create(wanted), null);
        } catch (UnsupportedOperationException e) {
            return new ChosenEmitter(new JavaEmitter(), e.getMessage());
        }
    }

    /** For people: {@code AVX-512 kernels}, or {@code Java kernels: the system refuses executable memory}. */
    String description() { return emitter.label() + " kernels" + (reason == null ? "" : ": " + reason); }
}
