package org.gabor.cuda;

import java.util.Optional;
import org.gabor.DeviceException;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;

/**
 * Takes the name {@code cuda}, so that asking for a GPU is answered with the reason rather than with another device.
 */
public final class CudaProvider implements BackendProvider {
    private static final String REASON = "this version of Gabor computes on the CPU only, whatever GPU is installed: "
            + "its CUDA backend is still to be written (use --device cpu, or leave the device to auto)";

    @Override
    public String name() { return "cuda"; }

    /** Above the CPU: a GPU that can be used is taken first. */
    @Override
    public int rank() { return 100; }

    @Override
    public Optional<String> unavailable() { return Optional.of(REASON); }

    @Override
    public Backend open(BackendOptions options) { throw new DeviceException("device cuda cannot be used: " + REASON); }
}
