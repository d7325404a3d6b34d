package org.gabor.cuda;

import java.util.LinkedHashMap;
import java.util.Locale;
import org.gabor.cuda.driver.Gpu;
import org.gabor.cuda.load.CudaLibraries;
import org.gabor.cuda.load.CudaLibraries.Library;
import org.gabor.spi.DeviceInfo;

/** What is said of a GPU, to people and in the record of a run. */
final class GpuInfo {
    private static final double GIB = 1L << 30;

    private GpuInfo() {}

    /** The device, and each library with where it was found. */
    static DeviceInfo describe(Gpu gpu, CudaLibraries libraries) {
        String memory = String.format(Locale.ROOT, "%.1f GiB", gpu.memory() / GIB);
        var details = new LinkedHashMap<String, String>();
        details.put("gpu", gpu.name());
        details.put("compute capability", gpu.major() + "." + gpu.minor());
        details.put("multiprocessors", String.valueOf(gpu.multiprocessors()));
        details.put("memory", memory);
        for (Library library : new Library[] {libraries.driver(), libraries.blas(), libraries.dnn()})
            details.put(library.name(), library.version() + " (" + library.loaded().path() + ")");
        return new DeviceInfo(gpu.name() + ", " + memory, details);
    }
}
