package org.gabor.cli;

import org.gabor.spi.BackendOptions;
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

    /**
     * Opens the device and says which it is.
     *
     * @param why whether to say why it was taken as well
     * @throws org.gabor.DeviceException if it cannot be used
     */
    Device open(Console console, boolean why) {
        Device device = Device.open(name, new BackendOptions(threads));
        console.note("device    " + device.name() + " (" + device.info().summary() + ")");
        if (why) console.note("          " + device.reason());
        return device;
    }
}
