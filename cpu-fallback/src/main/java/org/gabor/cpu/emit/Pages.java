package org.gabor.cpu.emit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Memory straight from the system, in whole pages and filled with zeros. Linux's calls. */
public final class Pages {
    /** Bytes of a page, and of a large one. */
    public static final long SMALL = 4096, LARGE = 2L << 20;

    private static final int READ_WRITE = 3, READ_EXECUTE = 5, PRIVATE_ANONYMOUS = 0x22, FAILED = -1, ADVICE_LARGE = 14;
    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT;
    private static final MethodHandle MMAP = handle("mmap", FunctionDescriptor.of(J, J, J, I, I, I, J));
    private static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(I, J, J));
    private static final MethodHandle MPROTECT = handle("mprotect", FunctionDescriptor.of(I, J, J, I));
    private static final MethodHandle MADVISE = handle("madvise", FunctionDescriptor.of(I, J, J, I));

    private Pages() {}

    /** The bytes in whole small pages. */
    public static long whole(long bytes) { return Math.ceilDiv(bytes, SMALL) * SMALL; }

    /** Address of new memory that can be read and written, or 0 if there is not enough. */
    public static long map(long bytes) {
        try {
            long address = (long) MMAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            return address == FAILED ? 0 : address;
        } catch (Throwable e) {
            throw new IllegalStateException("mmap", e);
        }
    }

    /** Gives memory back. */
    public static void unmap(long address, long bytes) { int _ = call(MUNMAP, address, bytes); }

    /** Makes memory executable and no longer writable; false if the system refuses. */
    public static boolean makeExecutable(long address, long bytes) {
        return call(MPROTECT, address, bytes, READ_EXECUTE) == 0;
    }

    /** Asks for large pages, of which a big arena needs fewer and which are faster at hand. The system may decline. */
    public static void preferLarge(long address, long bytes) { int _ = call(MADVISE, address, bytes, ADVICE_LARGE); }

    private static int call(MethodHandle f, long address, long bytes) {
        try {
            return (int) f.invokeExact(address, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException("memory", e);
        }
    }

    private static int call(MethodHandle f, long address, long bytes, int how) {
        try {
            return (int) f.invokeExact(address, bytes, how);
        } catch (Throwable e) {
            throw new IllegalStateException("memory", e);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor f) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), f);
    }
}
