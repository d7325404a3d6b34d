package org.gabor.cli;

import org.gabor.spi.BackendOptions;
import org.gabor.train.Device;
import picocli.CommandLine.Option;

/** Where to compute. */
final class DeviceOptions {
    @Option(names = "--device", paramLabel = "NAME", description = "auto (default): a GPU if one can be used, else the CPU; or cpu, cuda.")
    String name = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads of the CPU; default: one a core. The result is the same for any number.")
    int threads;

    /**
     * Opens the device and says which it is and why.
     *
     * @throws org.gabor.DeviceException if it cannot be used
     */
    Device open(Console console) {
        Device device = Device.open(name, new BackendOptions(threads));
        console.note("device    " + device.reason());
        console.note("          " + device.info().summary());
        return device;
    }
}
