package org.gabor.cuda;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.gabor.cuda.driver.Gpu;
import org.gabor.cuda.load.CudaLibraries;
import org.gabor.cuda.load.CudaLibraries.Library;
import org.gabor.cuda.load.Preflight;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.DeviceInfo;

/** What is said of a GPU, to people and in the record of a run. */
final class GpuInfo {
    private static final double GIB = 1L << 30;

    private GpuInfo() {}

    /** The device, each library with where it was found, and what was asked for. */
    static DeviceInfo describe(Gpu gpu, CudaLibraries libraries, BackendOptions options) {
        String memory = String.format(Locale.ROOT, "%.1f GiB", gpu.memory() / GIB);
        var details = new LinkedHashMap<String, String>();
        details.put("gpu", gpu.name());
        details.put("compute capability", gpu.major() + "." + gpu.minor());
        details.put("multiprocessors", String.valueOf(gpu.multiprocessors()));
        details.put("memory", memory);
        for (Library library : new Library[] {libraries.driver(), libraries.blas(), libraries.dnn()})
            details.put(library.name(), library.version() + " (" + library.loaded().path() + ")");
        details.put("precision", options.precision().label());
        details.put("deterministic", options.deterministic() ? "as asked for" : "no");
        return new DeviceInfo(gpu.name() + ", " + memory, details, Preflight.isSoftware(gpu.name()));
    }

    /** What the last digits of all results depend on. */
    static Map<String, String> versions(Gpu gpu, CudaLibraries libraries) {
        return Map.of("gpu", gpu.name(), libraries.blas().name(), libraries.blas().version(), libraries.dnn().name(),
                libraries.dnn().version());
    }
}
