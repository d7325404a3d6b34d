package org.gabor.cpu;

import java.util.Optional;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;

/** The CPU backend, which runs wherever Java does. */
public final class CpuProvider implements BackendProvider {
    private static final int RANK = 10;

    @Override
    public String name() { return CpuBackend.NAME; }

    @Override
    public int rank() { return RANK; }

    @Override
    public Optional<String> unavailable() { return Optional.empty(); }

    @Override
    public Backend open(BackendOptions options) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new CpuBackend(options.threads() == 0 ? cores : options.threads());
    }
}
