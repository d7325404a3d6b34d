package org.gabor.tests;

import java.util.Optional;
import java.util.stream.Stream;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Backends;

/**
 * The backends that tests run on: every one on the class path, and the processor with each kind of kernels, as
 * {@code cpu/avx512}, {@code cpu/avx2} and {@code cpu/java}.
 */
public final class UnderTest {
    private static final String CPU = "cpu";

    private UnderTest() {}

    /** All, those that cannot run here too: {@link BackendProvider#unavailable} says why. */
    public static Stream<BackendProvider> all() {
        return Backends.all().stream().flatMap(p -> p.name().equals(CPU) ? kernels(p) : Stream.of(p));
    }

    private static Stream<BackendProvider> kernels(BackendProvider cpu) {
        return Stream.of("avx512", "avx2", "java").map(kernels -> new WithKernels(cpu, kernels));
    }

    private record WithKernels(BackendProvider cpu, String kernels) implements BackendProvider {
        @Override
        public String name() { return cpu.name() + "/" + kernels; }

        @Override
        public int rank() { return cpu.rank(); }

        @Override
        public Optional<String> unavailable() {
            try (Backend backend = open(new BackendOptions(1))) {
                return Optional.ofNullable(backend.info().details().get("no machine code"));
            }
        }

        @Override
        public Backend open(BackendOptions options) { return cpu.open(new BackendOptions(options.threads(), kernels)); }

        @Override
        public String toString() { return name(); }
    }
}
