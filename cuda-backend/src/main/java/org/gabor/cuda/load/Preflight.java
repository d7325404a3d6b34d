package org.gabor.cuda.load;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.gabor.DeviceException;
import org.gabor.cuda.load.CudaLibraries.Library;
import org.jspecify.annotations.Nullable;

/**
 * Finds and loads NVIDIA's libraries, and makes sure that they are complete and fit together: a library that is not would
 * end the process later, without a message.
 */
public final class Preflight {
    private static final String DRIVER = "libcuda.so.1";
    private static final int OLDEST_DRIVER = 12000, OLDEST_CAPABILITY = 75, DNN_MAJOR = 9;
    private static final List<Integer> BLAS_MAJORS = List.of(12, 13);
    private static final String SOFTWARE_DEVICE = "Gabor software device", SOFTWARE_ALLOWED = "gabor.softgpu";
    private static final List<String> DNN_PARTS =
            List.of("graph", "ops", "cnn", "heuristic", "engines_precompiled", "engines_runtime_compiled");
    private static final String HOW_TO_NAME =
            ", or name its folder with GABOR_CUDA_PATH or -Dgabor.cuda.path; --device cpu needs none of it";

    private static final String INSTALL_DRIVER = "; install it, so that `nvidia-smi` shows the GPU" + HOW_TO_NAME;
    /** What the driver's kernel module makes, on Windows' subsystem for Linux the last. */
    private static final List<String> KERNEL_MODULE = List.of("/dev/nvidiactl", "/proc/driver/nvidia", "/dev/dxg");

    private final SearchPath path;

    private Preflight(SearchPath path) {
        this.path = path;
    }

    /**
     * Looks for everything that a GPU needs, and loads it. A second time nothing is loaded again.
     *
     * @throws DeviceException with the reason and the remedy in one paragraph, if a GPU cannot be used
     */
    public static CudaLibraries run() {
        String system = System.getProperty("os.name", ""), machine = System.getProperty("os.arch", "");
        if (!system.equals("Linux") || !machine.equals("amd64")) throw new DeviceException(
                "GPUs are used on Linux on x86-64 only, and this is " + system + " on " + machine + "; use --device cpu");
        try {
            return new Preflight(SearchPath.ofThisProcess()).find();
        } catch (UnsatisfiedLinkError e) {
            throw new DeviceException("a library that a GPU needs was found and cannot be loaded: " + e.getMessage()
                    + "; install it again", e);
        } catch (LinkageError | IllegalCallerException e) {
            throw new DeviceException("this Java process may not call native code, which a GPU needs; start it with"
                    + " --enable-native-access=ALL-UNNAMED, or use --device cpu", e);
        }
    }

    private CudaLibraries find() {
        SharedLibrary driver = driver();
        var probe = new DriverProbe(driver);
        int cuda = probe.version();
        if (cuda < OLDEST_DRIVER) throw new DeviceException("the NVIDIA driver (" + driver.path() + ") knows CUDA up to "
                + version(cuda) + ", and Gabor needs 12.0; update the driver to 525 or newer");
        List<DriverProbe.Device> devices = probe.devices();
        requireUsable(devices.getFirst());
        requireSymbols("the NVIDIA driver", driver, Symbols.DRIVER);
        NavigableMap<Integer, SharedLibrary> blas = blas(cuda);
        Library dnn = dnn();
        int major = blasMajor(blas, dnn, cuda);
        SharedLibrary chosen = Objects.requireNonNull(blas.get(major));
        requireSymbols("cuBLAS", chosen, Symbols.BLAS);
        path.find("libnvrtc.so." + major).ifPresent(Preflight::openIfPossible);
        return new CudaLibraries(new Library("driver", driverVersion(driver) + "for CUDA " + version(cuda), driver),
                new Library("cuBLAS", blasVersion(chosen, major), chosen), dnn, major,
                devices.stream().map(DriverProbe.Device::name).toList());
    }

    private static String version(int cuda) { return cuda / 1000 + "." + cuda % 1000 / 10; }

    /** From the file that libcuda.so.1 is a link to: {@code libcuda.so.580.65.06}. */
    private static String driverVersion(SharedLibrary driver) {
        try {
            String file = String.valueOf(driver.path().toRealPath().getFileName());
            String version = file.substring(Math.min(DRIVER.length() - 1, file.length()));
            return version.contains(".") ? version + " " : "";
        } catch (IOException e) {
            return "";
        }
    }

    private SharedLibrary driver() {
        Optional<Path> named = path.findNamed(DRIVER);
        if (named.isPresent()) return SharedLibrary.open(named.get().toString());
        // A look at files, since most machines have no GPU and calling native code at all takes a fifth of a second.
        if (KERNEL_MODULE.stream().noneMatch(file -> Files.exists(Path.of(file)))) throw new DeviceException(
                "no NVIDIA driver is running (there is none of " + String.join(", ", KERNEL_MODULE) + ")" + INSTALL_DRIVER);
        try {
            return SharedLibrary.open(DRIVER);
        } catch (UnsatisfiedLinkError unknown) {
            // Containers get the driver there, not always with an entry in the loader's cache.
            Path mounted = Path.of("/usr/local/nvidia/lib64", DRIVER);
            if (Files.isRegularFile(mounted)) return SharedLibrary.open(mounted.toString());
            throw new DeviceException("the NVIDIA driver has no library here (" + unknown.getMessage() + ")" + INSTALL_DRIVER,
                    unknown);
        }
    }

    /** True of the name that the software device of our tests gives itself. */
    public static boolean isSoftware(String gpu) { return gpu.contains(SOFTWARE_DEVICE); }

    private static void requireUsable(DriverProbe.Device device) {
        if (isSoftware(device.name())) {
            if (System.getProperty(SOFTWARE_ALLOWED) == null) throw new DeviceException("the driver found is the " + device.name()
                    + ", which is made for tests and much slower than --device cpu; -D" + SOFTWARE_ALLOWED + " allows it");
        } else if (device.capability() < OLDEST_CAPABILITY) throw new DeviceException("the GPU " + device.name()
                + " has compute capability " + device.capability() / 10 + "." + device.capability() % 10
                + ", and Gabor needs 7.5 (Turing, 2018) or newer; use --device cpu");
    }

    /** Every major version that is there and that the driver knows. cuDNN may be built for either. */
    private NavigableMap<Integer, SharedLibrary> blas(int cuda) {
        var found = new TreeMap<Integer, SharedLibrary>();
        for (int major : BLAS_MAJORS) {
            if (major > cuda / 1000) continue;
            Optional<Path> file = path.find("libcublas.so." + major);
            if (file.isPresent()) {
                Path light = file.get().resolveSibling("libcublasLt.so." + major);
                if (Files.isRegularFile(light)) SharedLibrary.open(light.toString());
                found.put(major, SharedLibrary.open(file.get().toString()));
            } else {
                SharedLibrary known = openIfKnown("libcublas.so." + major);
                if (known != null) found.put(major, known);
            }
        }
        if (!found.isEmpty()) return found;
        throw new DeviceException("cuBLAS is missing: found neither libcublas.so.12 nor libcublas.so.13" + among()
                + instead("libcublas.so.", "; there is %s, which does not go with this driver (for CUDA " + version(cuda)
                        + ") or with Gabor")
                + "; install the CUDA toolkit 12 or 13, or `pip install nvidia-cublas-cu12`" + HOW_TO_NAME);
    }

    private Library dnn() {
        String name = "libcudnn.so." + DNN_MAJOR;
        Optional<Path> file = path.find(name);
        SharedLibrary dnn = file.isPresent() ? SharedLibrary.open(file.get().toString()) : openIfKnown(name);
        if (dnn == null) throw new DeviceException("cuDNN 9 is missing: found no " + name + among()
                + instead("libcudnn.so.", "; there is %s, of another major version")
                + "; install cuDNN 9, or `pip install nvidia-cudnn-cu12`" + HOW_TO_NAME);
        long number = (long) call(dnn, "cudnnGetVersion", FunctionDescriptor.of(ValueLayout.JAVA_LONG))
                .orElseThrow(() -> new DeviceException(dnn.path() + " is not cuDNN: it does not export cudnnGetVersion;"
                        + " install cuDNN 9 again"));
        // Up to cuDNN 8 a major version counted 1000.
        long major = number >= 10_000 * DNN_MAJOR ? number / 10_000 : number / 1000;
        if (major != DNN_MAJOR) throw new DeviceException("the cuDNN found (" + dnn.path() + ") is version " + major
                + ", and Gabor needs 9; install cuDNN 9" + HOW_TO_NAME);
        requireParts(dnn);
        requireSymbols("cuDNN", dnn, Symbols.DNN);
        return new Library("cuDNN", number / 10_000 + "." + number % 10_000 / 100 + "." + number % 100, dnn);
    }

    /** cuDNN loads its parts when it first needs them, and ends the process if one is missing. */
    private static void requireParts(SharedLibrary dnn) {
        List<String> parts = DNN_PARTS.stream().map(part -> "libcudnn_" + part + ".so." + DNN_MAJOR).toList();
        List<String> missing = parts.stream().filter(part -> beside(dnn.path(), part).isEmpty()).toList();
        if (!missing.isEmpty()) throw new DeviceException("the cuDNN found (" + dnn.path() + ") is incomplete: "
                + String.join(", ", missing) + " should lie beside it; install cuDNN 9 again");
        for (String part : parts) SharedLibrary.open(beside(dnn.path(), part).orElseThrow().toString());
    }

    private static Optional<Path> beside(Path library, String name) {
        Path sibling = library.resolveSibling(name);
        if (Files.isRegularFile(sibling)) return Optional.of(sibling);
        try {
            return Optional.of(library.toRealPath().resolveSibling(name)).filter(Files::isRegularFile);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The one cuDNN is built for, if it says so; else the newest. */
    private static int blasMajor(NavigableMap<Integer, SharedLibrary> blas, Library dnn, int cuda) {
        Optional<Object> built = call(dnn.loaded(), "cudnnGetCudartVersion", FunctionDescriptor.of(ValueLayout.JAVA_LONG));
        if (built.isEmpty()) return blas.lastKey();
        int major = (int) ((long) built.get() / 1000);
        if (blas.containsKey(major)) return major;
        throw new DeviceException("the cuDNN found (" + dnn.loaded().path() + ") is built for CUDA " + major
                + (major > cuda / 1000 ? ", and the driver knows CUDA up to " + version(cuda)
                        + "; update the driver, or install cuDNN for CUDA " + cuda / 1000
                        : ", and of cuBLAS there is only version " + blas.lastKey() + " (" + blas.lastEntry().getValue().path()
                                + "); install cuBLAS " + major + ", or cuDNN for CUDA " + blas.lastKey())
                + HOW_TO_NAME);
    }

    private static String blasVersion(SharedLibrary blas, int major) {
        var text = new StringBuilder().append(major);
        var type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            for (int minor = 1; minor <= 2; minor++)
                call(blas, "cublasGetProperty", type, minor, value)
                        .ifPresent(status -> text.append('.').append(value.get(ValueLayout.JAVA_INT, 0)));
        }
        return text.toString();
    }

    private static Optional<Object> call(SharedLibrary library, String function, FunctionDescriptor type, Object... arguments) {
        Optional<MethodHandle> handle = library.function(function, type);
        if (handle.isEmpty()) return Optional.empty();
        try {
            return Optional.of(handle.get().invokeWithArguments(arguments));
        } catch (Throwable e) {
            throw SharedLibrary.rethrown(e);
        }
    }

    private static void requireSymbols(String what, SharedLibrary library, List<String> symbols) {
        List<String> missing = symbols.stream().filter(symbol -> !library.exports(symbol)).toList();
        if (missing.isEmpty()) return;
        throw new DeviceException("%s found (%s) lacks %d of the functions that Gabor calls, %s%s; update it".formatted(what,
                library.path(), missing.size(), missing.stream().limit(3).collect(Collectors.joining(", ")),
                missing.size() > 3 ? " ..." : ""));
    }

    private static @Nullable SharedLibrary openIfKnown(String name) {
        try {
            return SharedLibrary.open(name);
        } catch (UnsatisfiedLinkError e) {
            return null;
        }
    }

    private static void openIfPossible(Path file) { openIfKnown(file.toString()); }

    private String among() {
        String folders = path.folders().stream().map(Path::toString).collect(Collectors.joining(", "));
        return folders.isEmpty() ? " where the system's loader looks" : " in " + folders + " or where the system's loader looks";
    }

    private String instead(String prefix, String text) {
        return path.similar(prefix).map(Path::toString).sorted().findFirst()
                .map(file -> String.format(Locale.ROOT, text, file)).orElse("");
    }
}
