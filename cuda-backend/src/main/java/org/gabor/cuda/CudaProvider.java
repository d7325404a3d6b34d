package org.gabor.cuda;

import java.util.Optional;
import org.gabor.DeviceException;
import org.gabor.cuda.load.Preflight;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;

/**
 * Takes the name {@code cuda}, so that asking for a GPU is answered with the reason rather than with another device.
 */
public final class CudaProvider implements BackendProvider {
    private static final String UNFINISHED = "everything a GPU needs is here, but this version of Gabor computes on the CPU"
            + " only; use --device cpu, or leave the device to auto";

    @Override
    public String name() { return "cuda"; }

    /** Above the CPU: a GPU that can be used is taken first. */
    @Override
    public int rank() { return 100; }

    @Override
    public Optional<String> unavailable() {
        try {
            Preflight.run();
            return Optional.of(UNFINISHED);
        } catch (DeviceException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Backend open(BackendOptions options) {
        throw new DeviceException("device cuda cannot be used: " + unavailable().orElse(UNFINISHED));
    }
}
