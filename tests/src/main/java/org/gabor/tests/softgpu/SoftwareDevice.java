package org.gabor.tests.softgpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The software device of this process: built with g++ where its sources are newer than its libraries, and loaded. The
 * settings, counters and kinds of faults are listed in {@code tests/src/softgpu/README.md}. They belong to the process.
 */
public final class SoftwareDevice {
    private static final int MOST_TEXT = 16 << 10;

    private final Path folder;
    private final MethodHandle set;
    private final MethodHandle fail;
    private final MethodHandle get;
    private final MethodHandle reset;
    private final MethodHandle message;
    private final MethodHandle counters;

    private SoftwareDevice(Path folder) {
        this.folder = folder;
        SymbolLookup library = SymbolLookup.libraryLookup(folder.resolve("libcuda.so.1"), Arena.global());
        this.set = function(library, "gabor_soft_set",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        this.fail = function(library, "gabor_soft_fail",
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        this.get = function(library, "gabor_soft_get",
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        this.reset = function(library, "gabor_soft_reset", FunctionDescriptor.ofVoid());
        var text = FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
        this.message = function(library, "gabor_soft_message", text);
        this.counters = function(library, "gabor_soft_counters", text);
    }

    /** Built at the first use. A failure is kept too: a class whose initialiser throws is only ever missing afterwards. */
    private static final class Holder {
        private static final @Nullable SoftwareDevice DEVICE;
        private static final @Nullable RuntimeException FAILURE;

        static {
            SoftwareDevice device = null;
            RuntimeException failure = null;
            try {
                device = new SoftwareDevice(build("softgpu", ""));
            } catch (RuntimeException e) {
                failure = e;
            }
            DEVICE = device;
            FAILURE = failure;
        }
    }

    /**
     * The device, built and loaded at the first call.
     *
     * @throws IllegalStateException if it cannot be built; its cause says why, e.g. that there is no g++
     */
    public static SoftwareDevice get() {
        SoftwareDevice device = Holder.DEVICE;
        if (device == null) {
            throw new IllegalStateException("the software device cannot be built", Holder.FAILURE);
        }
        return device;
    }

    /** Where libcuda.so.1, libcublas.so.12 and libcudnn.so.9 lie: a folder for {@code -Dgabor.cuda.path}. */
    public Path folder() {
        return folder;
    }

    /**
     * Changes a setting, for instance {@code lazy} or {@code memory}, until {@link #reset}.
     *
     * @throws IllegalArgumentException if there is no such setting
     */
    public void set(String setting, long value) {
        try (Arena arena = Arena.ofConfined()) {
            if ((int) invoke(set, arena.allocateFrom(setting), value) != 0) {
                throw new IllegalArgumentException("the software device has no setting " + setting);
            }
        }
    }

    /**
     * Lets a call fail.
     *
     * @param kind what fails: {@code alloc}, {@code launch}, {@code graph_launch}, {@code copy} ...
     * @param k    which call from now on: 1 is the next
     * @param code the CUresult that it fails with; a fatal one (700, 719 ...) ends the context
     */
    public void fail(String kind, long k, int code) {
        try (Arena arena = Arena.ofConfined()) {
            invoke(fail, arena.allocateFrom(kind), k, code);
        }
    }

    /** The value of a counter or setting; 0 for a counter of what never happened. */
    public long get(String counter) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) invoke(get, arena.allocateFrom(counter));
        }
    }

    /** Settings and faults as at the start of the process, and all counters but the live ones at 0. */
    public void reset() {
        invoke(reset);
    }

    /** Why the latest refused call was refused. */
    public String message() {
        return text(message);
    }

    /** What is alive now, by name, without what is 0: empty after everything was closed. */
    public SortedMap<String, Long> live() {
        var live = new TreeMap<String, Long>();
        for (String line : text(counters).lines().toList()) {
            String[] words = line.split(" ", -1);
            long value = Long.parseLong(words[1]);
            if (words[0].startsWith("live_") && value != 0) {
                live.put(words[0], value);
            }
        }
        return live;
    }

    /**
     * Builds what is stale, and returns the folder. Two processes do not disturb one another.
     *
     * @param name      of the folder in the module's target folder
     * @param sanitizer of g++, or empty
     * @throws IllegalStateException if that fails, with what g++ has to say
     */
    static Path build(String name, String sanitizer) {
        Path sources = sources();
        try {
            Path folder = Files.createDirectories(sources.resolve("../../target").resolve(name).normalize());
            try (FileChannel lock = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var held = lock.lock()) {
                assert held.isValid();
                Path log = folder.resolve("build.log");
                String script = sources.resolve("build.sh").toString();
                Process process = new ProcessBuilder("bash", script, folder.toString(), sanitizer)
                        .redirectErrorStream(true).redirectOutput(log.toFile()).start();
                int exitCode = process.waitFor();
                if (exitCode != 0) {
                    throw new IllegalStateException("tests/src/softgpu/build.sh, which needs bash and g++, ended with exit code "
                            + exitCode + ": " + Files.readString(log));
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the software device was built", e);
        }
    }

    /** The folder of the C++ sources: {@code src/softgpu} of the module that this class was compiled in. */
    static Path sources() {
        try {
            Path at = Path.of(SoftwareDevice.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            for (Path folder = at; folder != null; folder = folder.getParent()) {
                Path sources = folder.resolve("src/softgpu");
                if (Files.exists(sources.resolve("build.sh"))) {
                    return sources;
                }
            }
            throw new IllegalStateException("no src/softgpu/build.sh in a folder above " + at);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle function(SymbolLookup library, String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }

    private static String text(MethodHandle of) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MOST_TEXT);
            invoke(of, buffer, (long) MOST_TEXT);
            return buffer.getString(0, StandardCharsets.UTF_8);
        }
    }

    private static Object invoke(MethodHandle handle, Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("the software device threw", e);
        }
    }
}
