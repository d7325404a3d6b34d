package org.gabor.cuda.load;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A shared library that is loaded into this process, for as long as the process lives. Later libraries that need one of
 * its SONAME get this one, wherever it lies.
 */
public final class SharedLibrary {
    private static final int LAZY = 1, LINK_MAP = 2;
    private static final int LINK_MAP_NAME = 8;
    private static final MethodHandle OPEN =
            libc("dlopen", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle SYMBOL =
            libc("dlsym", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    private static final MethodHandle ERROR = libc("dlerror", FunctionDescriptor.of(ValueLayout.ADDRESS));
    private static final MethodHandle INFO = libc("dlinfo", FunctionDescriptor.of(ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

    private final MemorySegment handle;
    private final Path path;

    private SharedLibrary(MemorySegment handle, Path path) {
        this.handle = handle;
        this.path = path;
    }

    /**
     * Loads a file, or with a bare name what the system's loader finds for it.
     *
     * @throws UnsatisfiedLinkError with the loader's reason, if it cannot be loaded
     */
    public static SharedLibrary open(String file) {
        try (Arena arena = Arena.ofConfined()) {
            var handle = (MemorySegment) OPEN.invokeExact(arena.allocateFrom(file), LAZY);
            if (handle.equals(MemorySegment.NULL)) throw new UnsatisfiedLinkError(error());
            MemorySegment map = arena.allocate(ValueLayout.ADDRESS);
            if ((int) INFO.invokeExact(handle, LINK_MAP, map) != 0) throw new UnsatisfiedLinkError(error());
            String loaded = string(map.get(ValueLayout.ADDRESS, 0).reinterpret(LINK_MAP_NAME + ValueLayout.ADDRESS.byteSize())
                    .get(ValueLayout.ADDRESS, LINK_MAP_NAME));
            return new SharedLibrary(handle, Path.of(loaded));
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    private static String error() throws Throwable {
        var text = (MemorySegment) ERROR.invokeExact();
        return text.equals(MemorySegment.NULL) ? "the loader gives no reason" : string(text);
    }

    /** The file it was loaded from. */
    public Path path() { return path; }

    /** True if it, or a library that it needs, exports this symbol. */
    public boolean exports(String symbol) { return address(symbol).isPresent(); }

    private Optional<MemorySegment> address(String symbol) {
        try (Arena arena = Arena.ofConfined()) {
            var address = (MemorySegment) SYMBOL.invokeExact(handle, arena.allocateFrom(symbol));
            return address.equals(MemorySegment.NULL) ? Optional.empty() : Optional.of(address);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** One of its functions, ready to be called; empty if it does not export it. */
    public Optional<MethodHandle> function(String symbol, FunctionDescriptor type) {
        return address(symbol).map(address -> Linker.nativeLinker().downcallHandle(address, type));
    }

    private static String string(MemorySegment pointer) { return pointer.reinterpret(Long.MAX_VALUE).getString(0); }

    /** What a call of a method handle threw: none of those here throws a checked exception. */
    static RuntimeException rethrown(Throwable e) {
        if (e instanceof Error error) throw error;
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }

    private static MethodHandle libc(String function, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(function), type);
    }
}
