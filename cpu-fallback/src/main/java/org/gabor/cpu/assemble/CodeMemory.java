package org.gabor.cpu.assemble;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.gabor.DeviceMemoryException;
import org.gabor.cpu.emit.Memory;

/**
 * Memory with machine code in it: mapped to be written, filled, then made executable, and never both at once. A table that
 * stays writable can lie behind the code.
 *
 * @param code where the code starts
 * @param table where the table starts: a page of its own
 * @param bytes how long the mapping is
 */
record CodeMemory(long code, long table, long bytes) implements AutoCloseable {
    private static final long PAGE = 4096;
    private static final int READ_WRITE = 3;
    private static final int READ_EXECUTE = 5;
    private static final int PRIVATE_ANONYMOUS = 0x22;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT;
    private static final MethodHandle MMAP = handle("mmap", FunctionDescriptor.of(J, J, J, I, I, I, J));
    private static final MethodHandle MPROTECT = handle("mprotect", FunctionDescriptor.of(I, J, J, I));
    private static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(I, J, J));
    /** One handle for all kernels: the function, its row of arguments. */
    private static final MethodHandle CALL = LINKER.downcallHandle(FunctionDescriptor.ofVoid(J));

    /**
     * Puts code into memory of its own, with room for a table of {@code tableBytes} zeros.
     *
     * @throws UnsupportedOperationException if the system refuses executable memory
     * @throws DeviceMemoryException if there is not enough memory
     */
    static CodeMemory install(byte[] code, long tableBytes) {
        long executable = pages(Math.max(code.length, 1)), bytes = executable + pages(tableBytes);
        try {
            long address = (long) MMAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (address == -1)
                throw new DeviceMemoryException("cpu: %,d bytes for machine code are not available".formatted(bytes));
            var memory = new CodeMemory(address, address + executable, bytes);
            MemorySegment.copy(code, 0, Memory.segment(address, executable), ValueLayout.JAVA_BYTE, 0, code.length);
            if ((int) MPROTECT.invokeExact(address, executable, READ_EXECUTE) != 0) {
                memory.close();
                throw new UnsupportedOperationException("the system refuses executable memory");
            }
            return memory;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mmap", e);
        }
    }

    private static long pages(long bytes) { return Math.ceilDiv(bytes, PAGE) * PAGE; }

    /** The function that starts {@code entry} bytes behind the start. */
    MemorySegment function(int entry) { return MemorySegment.ofAddress(code + entry); }

    /** Calls a function with the address of a row of arguments. */
    static void call(MemorySegment function, long row) {
        try {
            CALL.invokeExact(function, row);
        } catch (Throwable e) {
            throw new IllegalStateException("a kernel", e);
        }
    }

    /** Gives it back. Call once. */
    @Override
    public void close() {
        try {
            int _ = (int) MUNMAP.invokeExact(code, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException("munmap", e);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor f) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), f);
    }
}
