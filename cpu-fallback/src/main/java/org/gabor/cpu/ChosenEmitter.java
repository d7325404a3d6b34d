package org.gabor.cpu;

import org.gabor.UsageException;
import org.gabor.cpu.assemble.AssembledEmitter;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.JavaEmitter;
import org.jspecify.annotations.Nullable;

/**
 * Who makes the kernels: {@code avx512}, {@code avx2} or {@code java}, or the best that the machine has. Where machine code
 * cannot run, Java takes over.
 *
 * @param emitter makes them
 * @param reason why it is not the one that was asked for or would be best, or null if it is
 */
record ChosenEmitter(Emitter emitter, @Nullable String reason) {
    /** The system property that asks for one. */
    static final String PROPERTY = "gabor.cpu.emitter";

    /**
     * What the system property asks for, else the best.
     *
     * @throws UsageException if it asks for what there is not
     */
    static ChosenEmitter choose() {
        String wanted = System.getProperty(PROPERTY);
        return wanted == null ? assembled(null) : named(wanted, "-D" + PROPERTY + "=" + wanted);
    }

    /**
     * The one of this name.
     *
     * @throws UsageException if there is none
     */
    static ChosenEmitter choose(String wanted) { return named(wanted, "kernels '" + wanted + "'"); }

    private static ChosenEmitter named(String wanted, String asked) {
        return switch (wanted) {
            case "java" -> new ChosenEmitter(new JavaEmitter(), null);
            case "avx512", "avx2" -> assembled(wanted);
            default -> throw new UsageException(asked + ": expected avx512, avx2 or java");
        };
    }

    private static ChosenEmitter assembled(@Nullable String wanted) {
        try {
            return new ChosenEmitter(AssembledEmitter.create(wanted), null);
        } catch (UnsupportedOperationException e) {
            return new ChosenEmitter(new JavaEmitter(), e.getMessage());
        }
    }

    /** For people: {@code AVX-512 kernels}, or {@code Java kernels: the system refuses executable memory}. */
    String description() { return emitter.label() + " kernels" + (reason == null ? "" : ": " + reason); }
}
