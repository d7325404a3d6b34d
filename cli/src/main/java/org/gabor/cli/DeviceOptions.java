package org.gabor.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Precision;
import org.gabor.train.Device;
import picocli.CommandLine.Option;

/** Where to compute. */
final class DeviceOptions {
    @Option(names = "--device", paramLabel = "NAME",
            description = "auto (default): a GPU if one can be used, else the CPU; or cpu, cuda.")
    String name = "auto";

    @Option(names = "--threads", paramLabel = "N",
            description = "Threads of the CPU; default: one a core. The result is the same for any number.")
    int threads;

    @Option(names = "--precision", paramLabel = "HOW",
            description = "auto (default) or fp32: 32-bit floats; tf32 or bf16: faster products on a GPU that has them.")
    Numbers precision = Numbers.AUTO;

    @Option(names = "--deterministic",
            description = "The same training gives the same bytes every time; on the CPU it always does.")
    boolean deterministic;

    /** Precisions by name. */
    enum Numbers {
        AUTO(Precision.FP32), FP32(Precision.FP32), TF32(Precision.TF32), BF16(Precision.BF16);

        private final Precision precision;

        Numbers(Precision precision) {
            this.precision = precision;
        }
    }

    /** What affects the result, under the names that {@code --config} reads; what is not asked for is left out. */
    Map<String, Object> config() {
        var c = new LinkedHashMap<String, Object>();
        if (precision != Numbers.AUTO) c.put("precision", precision.precision.label());
        if (deterministic) c.put("deterministic", true);
        return c;
    }

    /**
     * Opens the device and says which it is.
     *
     * @param why whether to say why it was taken as well
     * @throws org.gabor.DeviceException if it cannot be used
     */
    Device open(Console console, boolean why) {
        Device device = Device.open(name, new BackendOptions(threads, "", precision.precision, deterministic));
        console.note("device    " + device.name() + " (" + device.info().summary() + ")");
        if (why) console.note("          " + device.reason());
        return device;
    }
}
