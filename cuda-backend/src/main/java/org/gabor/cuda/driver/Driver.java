package org.gabor.cuda.driver;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.gabor.DeviceException;
import org.gabor.cuda.load.CudaLibraries;

/** The driver, started: the way to a {@link Context}. Starting it again in the same process gives an equal one. */
public final class Driver {
    private static final int NAME_BYTES = 256;

    private final CudaLibraries libraries;
    private final List<Gpu> gpus;

    private Driver(CudaLibraries libraries) {
        this.libraries = libraries;
        var count = new int[1];
        check(JCudaDriver.cuDeviceGetCount(count), "cuDeviceGetCount");
        gpus = IntStream.range(0, count[0]).mapToObj(Driver::describe).toList();
    }

    /**
     * Loads JCuda's natives on the libraries that were found, and initialises the driver.
     *
     * @throws DeviceException if the natives cannot be loaded or the driver does not start
     */
    public static Driver start(CudaLibraries libraries) {
        JCudaNatives.load(libraries);
        check(JCudaDriver.cuInit(0), "cuInit");
        return new Driver(libraries);
    }

    /** The libraries it runs on. */
    public CudaLibraries libraries() { return libraries; }

    /** All devices, in the driver's order. */
    public List<Gpu> gpus() { return gpus; }

    /**
     * A context on a device. Contexts of one device in one process share its memory and its fate after a fatal error.
     */
    public Context open(Gpu gpu) { return new Context(libraries, gpu, device(gpu.ordinal())); }

    private static CUdevice device(int ordinal) {
        var device = new CUdevice();
        check(JCudaDriver.cuDeviceGet(device, ordinal), "cuDeviceGet");
        return device;
    }

    private static Gpu describe(int ordinal) {
        CUdevice device = device(ordinal);
        var name = new byte[NAME_BYTES];
        check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
        int length = 0;
        while (length < name.length && name[length] != 0) length++;
        var memory = new long[1];
        check(JCudaDriver.cuDeviceTotalMem(memory, device), "cuDeviceTotalMem");
        return new Gpu(ordinal, new String(name, 0, length, StandardCharsets.UTF_8).strip(),
                attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), memory[0],
                attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
    }

    private static int attribute(CUdevice device, int attribute) {
        var value = new int[1];
        check(JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
        return value[0];
    }

    private static void check(int result, String call) {
        if (result != CUresult.CUDA_SUCCESS)
            throw new DeviceException("the CUDA driver failed in " + call + ": " + Status.text(result));
    }
}
