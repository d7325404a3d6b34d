package org.gabor.cuda;

import java.util.LinkedHashMap;
import java.util.Locale;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.Gpu;
import org.gabor.cuda.load.CudaLibraries;
import org.gabor.spi.DeviceInfo;

/** What a GPU is, for people and for the record of a run. */
final class CudaInfo {
    private static final double GIB = 1L << 30;

    private CudaInfo() {}

    static DeviceInfo of(Context context) {
        Gpu gpu = context.gpu();
        CudaLibraries libraries = context.libraries();
        var details = new LinkedHashMap<String, String>();
        details.put("gpu", gpu.name());
        details.put("compute capability", gpu.major() + "." + gpu.minor());
        details.put("memory", String.format(Locale.ROOT, "%.1f GiB", gpu.memory() / GIB));
        details.put("driver", libraries.driver().toString());
        details.put("cudnn", libraries.dnn().toString());
        details.put("cublas", libraries.blas().toString());
        String summary = "%s, %.0f GiB, cuDNN %s, cuBLAS %s".formatted(gpu.name(), gpu.memory() / GIB,
                libraries.dnn().version(), libraries.blas().version());
        return new DeviceInfo(summary, details);
    }
}
