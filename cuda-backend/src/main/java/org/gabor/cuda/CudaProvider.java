package org.gabor.cuda;

import java.util.Optional;
import org.gabor.DeviceException;
import org.gabor.cuda.driver.Driver;
import org.gabor.cuda.driver.Gpu;
import org.gabor.cuda.load.Preflight;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Precision;

/** Finds NVIDIA's libraries and opens the first GPU. Where there is none, says why in a sentence with the remedy. */
public final class CudaProvider implements BackendProvider {
    @Override
    public String name() { return CudaBackend.NAME; }

    /** Above the CPU: a GPU that can be used is taken first. */
    @Override
    public int rank() { return 100; }

    @Override
    public Optional<String> unavailable() {
        try {
            Preflight.run();
            return Optional.empty();
        } catch (DeviceException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Backend open(BackendOptions options) {
        Driver driver = Driver.start(Preflight.run());
        Gpu gpu = driver.gpus().getFirst();
        if (options.precision() != Precision.FP32 && !gpu.hasBfloat16())
            throw new DeviceException(gpu + " has no tensor cores for " + options.precision().label()
                    + ", which need compute capability 8.0 (Ampere, 2020); use --precision fp32");
        return new CudaBackend(driver.open(gpu), options);
    }
}
