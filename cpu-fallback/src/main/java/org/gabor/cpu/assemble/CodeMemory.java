package org.gabor.cpu.assemble;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.gabor.DeviceMemoryException;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.emit.Pages;

/**
 * Memory with machine code in it: mapped to be written, filled, then made executable, and never both at once. A table that
 * stays writable can lie behind the code.
 *
 * @param code where the code starts
 * @param table where the table starts: a page of its own
 * @param bytes how long the mapping is
 */
record CodeMemory(long code, long table, long bytes) implements AutoCloseable {
    /** One handle for all kernels: the function, its row of arguments. */
    private static final MethodHandle CALL =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

    /**
     * Puts code into memory of its own, with room for a table of {@code tableBytes} zeros.
     *
     * @throws UnsupportedOperationException if the system refuses executable memory
     * @throws DeviceMemoryException if there is not enough memory
     */
    static CodeMemory install(byte[] code, long tableBytes) {
        long executable = Pages.whole(Math.max(code.length, 1)), bytes = executable + Pages.whole(tableBytes);
        long address = Pages.map(bytes);
        if (address == 0)
            throw new DeviceMemoryException("cpu: %,d bytes for machine code are not available".formatted(bytes));
        var memory = new CodeMemory(address, address + executable, bytes);
        MemorySegment.copy(code, 0, Memory.segment(address, executable), ValueLayout.JAVA_BYTE, 0, code.length);
        if (Pages.makeExecutable(address, executable)) return memory;
        memory.close();
        throw new UnsupportedOperationException("the system refuses executable memory");
    }

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
    public void close() { Pages.unmap(code, bytes); }
}
