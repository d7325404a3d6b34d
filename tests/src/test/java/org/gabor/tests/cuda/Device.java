package org.gabor.tests.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.Driver;
import org.gabor.cuda.driver.KernelModule;
import org.gabor.cuda.load.Preflight;
import org.gabor.tests.softgpu.SoftwareDevice;

/** The wrappers on the software device, in this process. */
final class Device {
    private static final Path COMPILER = Path.of("/usr/bin/g++");

    private Device() {}

    static SoftwareDevice software() {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                "SKIPPED: the software device is for Linux on x86-64");
        assumeTrue(Files.isExecutable(COMPILER), "SKIPPED: the software device needs g++ (apt-get install g++)");
        SoftwareDevice device = SoftwareDevice.get();
        device.reset();
        return device;
    }

    /** A context of the software device. */
    static Context open() {
        System.setProperty("gabor.cuda.path", software().folder().toString());
        System.setProperty("gabor.softgpu", "");
        Driver driver = Driver.start(Preflight.run());
        return driver.open(driver.gpus().getFirst());
    }

    /** The kernels of the device's own tests. */
    static KernelModule kernels(Context context) { return context.module("selftest", ptx()); }

    static byte[] ptx() {
        Path file = SoftwareDevice.get().folder().resolve("../../src/softgpu/selftest/selftest.ptx").normalize();
        try (InputStream in = Files.newInputStream(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
