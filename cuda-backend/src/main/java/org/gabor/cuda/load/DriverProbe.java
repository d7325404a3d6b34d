package org.gabor.cuda.load;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.gabor.DeviceException;

/** Asks the driver, before JCuda is there, how new it is and what devices it has. */
final class DriverProbe {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final int SUCCESS = 0, NO_DEVICE = 100;
    private static final int CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76, NAME_BYTES = 256;

    private final SharedLibrary driver;

    DriverProbe(SharedLibrary driver) {
        this.driver = driver;
    }

    /** A device: what it calls itself, and its compute capability times ten. */
    record Device(String name, int capability) {}

    /** The newest CUDA that the driver knows, 1000 major + 10 minor. */
    int version() { return number("cuDriverGetVersion"); }

    /** Starts the driver and looks at its devices, of which there is at least one. */
    List<Device> devices() {
        int started = call("cuInit", List.of(INT), 0);
        if (started == NO_DEVICE) throw noDevice();
        if (started != SUCCESS) throw new DeviceException("the NVIDIA driver (" + driver.path()
                + ") does not start: " + text(started) + "; `nvidia-smi` should show the GPU,"
                + " after an update of the driver only once the machine has been restarted");
        int count = number("cuDeviceGetCount");
        if (count == 0) throw noDevice();
        var devices = new ArrayList<Device>();
        for (int i = 0; i < count; i++) devices.add(device(i));
        return devices;
    }

    private DeviceException noDevice() {
        String visible = System.getenv("CUDA_VISIBLE_DEVICES");
        return new DeviceException("there is an NVIDIA driver (" + driver.path() + ") but no GPU that it can use; `nvidia-smi -L`"
                + " lists those it has" + (visible == null ? "" : ", and CUDA_VISIBLE_DEVICES=" + visible
                        + " hides those it does not name"));
    }

    private Device device(int ordinal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(INT), name = arena.allocate(NAME_BYTES);
            check("cuDeviceGet", List.of(POINTER, INT), number, ordinal);
            int device = number.get(INT, 0);
            check("cuDeviceGetName", List.of(POINTER, INT, INT), name, NAME_BYTES - 1, device);
            check("cuDeviceGetAttribute", List.of(POINTER, INT, INT), number, CAPABILITY_MAJOR, device);
            int major = number.get(INT, 0);
            check("cuDeviceGetAttribute", List.of(POINTER, INT, INT), number, CAPABILITY_MINOR, device);
            return new Device(name.getString(0).strip(), 10 * major + number.get(INT, 0));
        }
    }

    private int number(String function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(INT);
            check(function, List.of(POINTER), number);
            return number.get(INT, 0);
        }
    }

    private void check(String function, List<MemoryLayout> parameters, Object... arguments) {
        int result = call(function, parameters, arguments);
        if (result != SUCCESS) throw new DeviceException("the NVIDIA driver (" + driver.path() + ") failed in " + function
                + ": " + text(result));
    }

    private String text(int result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(POINTER), text = arena.allocate(POINTER);
            boolean known = call("cuGetErrorName", List.of(INT, POINTER), result, name) == SUCCESS
                    && call("cuGetErrorString", List.of(INT, POINTER), result, text) == SUCCESS;
            return known ? string(name) + " (" + result + "): " + string(text) : "error " + result;
        }
    }

    private static String string(MemorySegment pointer) {
        return pointer.get(POINTER, 0).reinterpret(Long.MAX_VALUE).getString(0);
    }

    private int call(String function, List<MemoryLayout> parameters, Object... arguments) {
        var type = FunctionDescriptor.of(INT, parameters.toArray(MemoryLayout[]::new));
        MethodHandle handle = driver.function(function, type).orElseThrow(() -> new DeviceException(driver.path()
                + " is not an NVIDIA driver, or a very old one: it does not export " + function + "; install the driver again"));
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw SharedLibrary.rethrown(e);
        }
    }
}
