package org.gabor.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;

/**
 * A kernel with its grid and its arguments, which lie ready in off-heap memory: made once, run often. The driver copies the
 * arguments when it is run. Running it allocates nothing.
 */
public final class Launch {
    private final Kernel kernel;
    private final CUfunction function;
    private final int gridX, gridY, gridZ, blockX, blockY, blockZ, shared;
    private final Address.Host arguments;
    private final String call;

    private Launch(Builder from) {
        kernel = from.kernel;
        function = kernel.handle();
        gridX = from.gridX;
        gridY = from.gridY;
        gridZ = from.gridZ;
        blockX = from.blockX;
        blockY = from.blockY;
        blockZ = from.blockZ;
        shared = from.shared;
        MemorySegment table = from.arena.allocate(ValueLayout.ADDRESS, Math.max(from.arguments.size(), 1));
        for (int i = 0; i < from.arguments.size(); i++) table.setAtIndex(ValueLayout.ADDRESS, i, from.arguments.get(i));
        arguments = new Address.Host(table.address());
        call = "cuLaunchKernel of " + kernel.name();
    }

    /** The kernel. */
    public Kernel kernel() { return kernel; }

    /** Gives it to a stream. */
    public void run(Stream stream) {
        stream.context().check(JCudaDriver.cuLaunchKernel(function, gridX, gridY, gridZ, blockX, blockY, blockZ, shared,
                stream.handle(), arguments, null), call);
    }

    /** Grid, block and arguments, these in the order of the kernel's parameters. */
    public static final class Builder {
        private static final int STRUCT_ALIGNMENT = 16;

        private final Kernel kernel;
        private final Arena arena;
        private final List<MemorySegment> arguments = new ArrayList<>();
        private int gridX = 1, gridY = 1, gridZ = 1, blockX = 1, blockY = 1, blockZ = 1, shared;

        Builder(Kernel kernel, Arena arena) {
            this.kernel = kernel;
            this.arena = arena;
        }

        /** Blocks. */
        public Builder grid(long x) { return grid(x, 1, 1); }

        /** Blocks in three directions; the last two take at most 65535. */
        public Builder grid(long x, int y, int z) {
            gridX = Math.toIntExact(x);
            gridY = y;
            gridZ = z;
            return this;
        }

        /** Threads a block. */
        public Builder block(int x) { return block(x, 1, 1); }

        /** Threads a block in three directions, at most 1024 in all. */
        public Builder block(int x, int y, int z) {
            blockX = x;
            blockY = y;
            blockZ = z;
            return this;
        }

        /** Bytes of dynamic shared memory a block. */
        public Builder shared(int bytes) {
            shared = bytes;
            return this;
        }

        /** A pointer to device memory, 0 for none. */
        public Builder pointer(long address) { return i64(address); }

        /** A {@code long long}. */
        public Builder i64(long value) { return add(arena.allocateFrom(ValueLayout.JAVA_LONG, value)); }

        /** An {@code int} or {@code unsigned}. */
        public Builder i32(int value) { return add(arena.allocateFrom(ValueLayout.JAVA_INT, value)); }

        /** A {@code float}. */
        public Builder f32(float value) { return add(arena.allocateFrom(ValueLayout.JAVA_FLOAT, value)); }

        /** A struct by value, laid out as the compiler does; it is copied. */
        public Builder struct(MemorySegment value) {
            return add(arena.allocate(value.byteSize(), STRUCT_ALIGNMENT).copyFrom(value));
        }

        private Builder add(MemorySegment argument) {
            arguments.add(argument);
            return this;
        }

        /** The launch. */
        public Launch build() { return new Launch(this); }
    }
}
