package org.gabor.tests;

import java.util.Optional;
import java.util.stream.Stream;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Backends;
import org.gabor.spi.Precision;
import org.gabor.tests.softgpu.SoftwareGpu;

/**
 * The backends that tests run on: the processor with each kind of kernels, as {@code cpu/avx512}, {@code cpu/avx2} and
 * {@code cpu/java}, and the CUDA backend on the software device, as {@code cuda/software}. A GPU that may be there is left
 * to the tests of the tag {@code gpu}, which take it from {@link #gpu}.
 */
public final class UnderTest {
    private static final String CPU = "cpu", CUDA = "cuda";

    private UnderTest() {}

    /** All, those that cannot run here too: {@link BackendProvider#unavailable} says why. */
    public static Stream<BackendProvider> all() {
        return Stream.concat(Stream.of("avx512", "avx2", "java").map(kernels -> new WithKernels(named(CPU), kernels)),
                Stream.of(new Software(named(CUDA))));
    }

    /** The GPU of this machine, as {@code cuda/gpu}. */
    public static BackendProvider gpu() { return new Real(named(CUDA)); }

    private static BackendProvider named(String name) {
        return Backends.all().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
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

    /** As it is; whoever looks at bytes asks for deterministic algorithms. */
    private record Real(BackendProvider cuda) implements BackendProvider {
        @Override
        public String name() { return cuda.name() + "/gpu"; }

        @Override
        public int rank() { return cuda.rank(); }

        @Override
        public Optional<String> unavailable() { return cuda.unavailable().map(why -> "NOT RUN ON A GPU: " + why); }

        @Override
        public Backend open(BackendOptions options) { return cuda.open(options); }

        @Override
        public String toString() { return name(); }
    }

    /** Opened with deterministic algorithms: the others' results are compared with nothing. */
    private record Software(BackendProvider cuda) implements BackendProvider {
        @Override
        public String name() { return cuda.name() + "/software"; }

        @Override
        public int rank() { return cuda.rank(); }

        @Override
        public Optional<String> unavailable() {
            return SoftwareGpu.unavailable().or(() -> SoftwareGpu.with(cuda::unavailable));
        }

        @Override
        public Backend open(BackendOptions options) {
            Precision precision = options.precision();
            return SoftwareGpu.with(() -> cuda.open(new BackendOptions(0, "", precision, true)));
        }

        @Override
        public String toString() { return name(); }
    }
}
