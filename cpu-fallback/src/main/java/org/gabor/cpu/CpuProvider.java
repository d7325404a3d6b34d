package org.gabor.cpu;

import java.util.Optional;
import org.gabor.DeviceException;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Precision;

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
        if (options.precision() != Precision.FP32)
            throw new DeviceException("device " + name() + " computes in fp32, not in " + options.precision().label()
                    + "; ask for precision fp32, or for a device that can");
        int threads = options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
        return options.kernels().isEmpty() ? new CpuBackend(threads)
                : new CpuBackend(threads, ChosenEmitter.choose(options.kernels()));
    }
}
